"""Where the links of a template lead."""

import re
from typing import NamedTuple
from urllib.parse import urlsplit

from odoo.tools.translate import LazyTranslate

from .problems import TemplateProblem
from .slots import LinkSlot, UrlSlot
from .tags import get_tag

_lt = LazyTranslate(__name__)

# links of Odoo's own mailing blocks, which people drag into our templates too
_STOCK = {"/unsubscribe_from_list": "unsubscribe", "/view": "view"}
_LEFT_ALONE = ("mailto:", "tel:", "sms:")
_TAG_RE = re.compile(r"mm://tag/([a-z0-9_]+)/?")
_BLANK_RE = re.compile(r"[\s\x00-\x1f]")


class Site(NamedTuple):
    """Addresses of the company: base of relative links, shop of mm://shop links."""

    base_url: str = ""
    shop_url: str = ""


def resolve_link(href, label, sheet, site):
    """Slot for a link target, or None for one that is left as it is."""
    href = href.strip()
    if not href or href.startswith("#") or href.lower().startswith(_LEFT_ALONE):
        return None
    if href in _STOCK:
        return LinkSlot(_STOCK[href])
    if href.startswith("mm://"):
        return _resolve_own(href, label, sheet, site)
    if href.startswith("/") and not href.startswith("//"):
        href = site.base_url + href
    return sheet.click(check_url(href), label)


def _resolve_own(href, label, sheet, site):
    rest = href[len("mm://") :]
    if rest.rstrip("/") in _STOCK.values():
        return LinkSlot(rest.rstrip("/"))
    if rest == "shop" or rest.startswith(("shop/", "shop?")):
        return sheet.click(check_url(site.shop_url + rest[len("shop") :]), label)
    match = _TAG_RE.fullmatch(href)
    if match:
        return url_slot(match[1], sheet)
    raise TemplateProblem(
        _lt("Known links are mm://shop/…, mm://view and mm://unsubscribe."), near=href
    )


def url_slot(key, sheet):
    """Link that is the value of a tag of kind url or link."""
    tag = get_tag(sheet.tags, key)
    if tag.kind == "link":
        return LinkSlot(tag.source)
    if tag.kind != "url":
        raise TemplateProblem(_lt("“%(tag)s” is not a link.", tag=key), near=key)
    sheet.used.add(key)
    if tag.tracked_by:
        sheet.used.add(tag.tracked_by)
    return UrlSlot(key)


def check_url(url):
    """The URL itself when a mail may lead there: absolute, http or https."""
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and parts.hostname
    except ValueError:
        good = False
    if not good or _BLANK_RE.search(url) or "\\" in url or parts.username:
        raise TemplateProblem(
            _lt("This is no web address; write it as https://…"), near=url
        )
    return url


def web_url(value):
    """A link that came with the customer's data: the URL, or "#" for anything odd."""
    try:
        return check_url(str(value or ""))
    except TemplateProblem:
        return "#"
