"""Where a tracked link may lead, and the UTM parameters it carries there."""

from urllib.parse import urlencode, urlsplit

from werkzeug.urls import iri_to_uri

MAX_LENGTH = 4096


def safe_target(url):
    """Return the address as an ASCII URI, None unless it is plain http(s).

    Control characters, spaces, backslashes and user names are refused: browsers
    and parsers disagree about them, which is how open redirects are made.
    """
    text = url or ""
    if len(text) > MAX_LENGTH or any(c <= " " or c in "\\\x7f" for c in text):
        return None
    try:
        parts = urlsplit(text)
        wrong = parts.username is not None or not parts.hostname
        parts.port  # noqa: B018  (a wrong port raises here)
        uri = iri_to_uri(text)
    except ValueError:
        return None
    return None if wrong or parts.scheme.lower() not in ("http", "https") else uri


def is_own(url, hosts):
    """Tell whether the address lies on one of the hosts or on their subdomains."""
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    return any(host == own or host.endswith("." + own) for own in hosts)


def own_host(url):
    """Return the host of a company address, None when there is none."""
    try:
        text = url if "//" in (url or "") else f"//{url or ''}"
        return (urlsplit(text).hostname or "").removeprefix("www.") or None
    except ValueError:
        return None


def with_utm(url, parameters):
    """Append the parameters that the address does not name itself.

    Only text is added, before the fragment; the present query keeps its bytes.
    """
    address, hash_mark, fragment = url.partition("#")
    path, _mark, query = address.partition("?")
    present = {item.partition("=")[0].lower() for item in query.split("&")}
    missing = {k: v for k, v in parameters.items() if v and k not in present}
    if not missing:
        return url
    glue = "&" if query and not query.endswith("&") else ""
    return f"{path}?{query}{glue}{urlencode(missing)}{hash_mark}{fragment}"
