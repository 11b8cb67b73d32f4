"""Links that lead nowhere, or not where the author thinks."""

import re
from urllib.parse import urlsplit

from odoo.tools.translate import LazyTranslate

from .findings import ERROR, INFO, WARNING, Finding
from .places import place_of

_lt = LazyTranslate(__name__)

_OWN_RE = re.compile(r"(?:mailto|tel|sms|mm):", re.I)
_NOWHERE = re.compile(
    r"localhost|127\.|10\.|192\.168\.|\[?::1|.*\.(?:local|test|invalid|internal)$", re.I
)
_SAMPLE = re.compile(r"(?:.*\.)?example\.(?:com|org|net)$", re.I)


def check_links(root):
    """Findings on each link of a parsed body."""
    links = root.xpath(".//a | .//area")
    findings = [finding for link in links if (finding := _check_link(link))]
    if not any(_is_tracked(link) for link in links):
        message = _lt("There is no link: clicks cannot be counted.")
        findings.append(Finding(INFO, "no_link", message, _lt("Body")))
    return findings


def _is_tracked(link):
    href = (link.get("href") or "").strip()
    return "data-mm-href" in link.attrib or href.startswith(("http", "mm://shop", "/"))


def _check_link(link):
    if "data-mm-href" in link.attrib or (
        "name" in link.attrib and not link.get("href")
    ):
        return None
    href = (link.get("href") or "").strip()
    if href in ("", "#"):
        message = _lt("This link leads nowhere: give it an address.")
        return Finding(ERROR, "empty_link", message, place_of(link))
    if href.startswith("#"):
        message = _lt(
            "Links inside a mail (%(href)s) do not work everywhere.", href=href
        )
        return Finding(INFO, "anchor_link", message, place_of(link))
    if _OWN_RE.match(href) or href in ("/unsubscribe_from_list", "/view"):
        return None
    if href.startswith("/") and not href.startswith("//"):
        message = _lt("“%(href)s” leads to this server, not to the shop.", href=href)
        return Finding(WARNING, "relative_link", message, place_of(link))
    return _check_address(href, place_of(link))


def _check_address(href, place):
    try:
        host = urlsplit(href).hostname or ""
    except ValueError:
        host = ""
    if not host or _NOWHERE.match(host):
        message = _lt("Nobody outside can open “%(href)s”.", href=href[:60])
        return Finding(ERROR, "unreachable_link", message, place)
    if _SAMPLE.match(host):
        message = _lt("“%(host)s” is a placeholder address.", host=host)
        return Finding(ERROR, "placeholder_link", message, place)
    if href.lower().startswith("http:"):
        message = _lt("“%(href)s” is not encrypted: use https.", href=href[:60])
        return Finding(WARNING, "insecure_link", message, place)
    return None
