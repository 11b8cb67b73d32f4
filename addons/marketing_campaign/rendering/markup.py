"""The body: tags, links and blocks of the parsed HTML become slots."""

import re

from lxml import etree

from odoo.tools.translate import LazyTranslate

from .grammar import Expression, parse_loop, read_filter
from .links import resolve_link, url_slot
from .problems import TemplateProblem
from .slots import EndSlot, ForSlot, IfSlot, ItemSlot, LinkSlot, UrlSlot
from .tags import NAME, get_tag

_lt = LazyTranslate(__name__)

_ITEM_RE = re.compile(rf"({NAME})\.({NAME})")
_RELATIVE_CSS_RE = re.compile(r"url\((['\"]?)/(?!/)")
_MSO_RE = re.compile(r"\[(?:if|endif)", re.I)
_UNSAFE_RE = re.compile(r"<script|javascript:|\bon\w+\s*=", re.I)
_DROPPED_CLASSES = {"o_mm_tag", "o_editable", "oe_unremovable", "oe_unmovable"}


def annotate(root, sheet, site):
    """Replace tags, links and blocks under `root` by markers of `sheet`."""
    for chip in root.xpath(".//*[@data-mm-tag]"):
        for child in list(chip):  # a tag is atomic, whatever was pasted into it
            chip.remove(child)
    for element in list(root.iter()):
        if element is root:
            continue
        if isinstance(element, etree._Comment):
            _keep_outlook_comment(element)
        elif isinstance(element.tag, str):
            try:
                _annotate_element(element, sheet, site)
            except TemplateProblem as problem:
                raise problem.at("html", element.sourceline, _text(element)) from None


def _annotate_element(element, sheet, site):
    data = dict(element.attrib)
    _wrap_blocks(element, data, sheet)
    if "data-mm-href" in data:
        _set_link(element, _data_link(data["data-mm-href"].strip(), sheet), sheet)
    elif element.tag in ("a", "area") and "href" in data:
        _set_link(
            element, resolve_link(data["href"], _text(element), sheet, site), sheet
        )
    if element.tag == "img" and "data-mm-src" in data:
        _set_picture(element, data["data-mm-src"].strip(), sheet)
    _make_absolute(element, site)
    for name in data:
        if name.startswith("data-") or name in ("contenteditable", "spellcheck"):
            del element.attrib[name]
    _drop_classes(element)
    if "data-mm-tag" in data:
        _fill_tag(element, data, sheet)


def _wrap_blocks(element, data, sheet):
    """Markers around an element: the repeat outside, its condition inside."""
    starts = []
    if "data-mm-for" in data:
        starts.append(ForSlot(*parse_loop(data["data-mm-for"])))
    if "data-mm-if" in data:
        starts.append(IfSlot(data["data-mm-if"].strip()))
    if starts:
        _prepend(element, "".join(sheet.mark(start) for start in starts))
        ends = "".join(sheet.mark(EndSlot(start)) for start in reversed(starts))
        element.tail = ends + (element.tail or "")


def _prepend(element, text):
    previous, parent = element.getprevious(), element.getparent()
    if previous is not None:
        previous.tail = (previous.tail or "") + text
    else:
        parent.text = (parent.text or "") + text


def _data_link(target, sheet):
    match = _ITEM_RE.fullmatch(target)
    if match:
        return ItemSlot(match[1], match[2], Expression(target), is_url=True)
    return url_slot(target, sheet)


def _set_link(element, slot, sheet):
    if slot is not None:
        element.set("href", sheet.mark(slot))


def _set_picture(element, key, sheet):
    """A picture whose address is the value of a tag; no repeat has pictures."""
    slot = url_slot(key, sheet)
    if not isinstance(slot, UrlSlot):
        raise TemplateProblem(_lt("“%(tag)s” is not a picture.", tag=key), near=key)
    element.set("src", sheet.mark(slot))


def _fill_tag(element, data, sheet):
    """Put the marker of a tag in place of the chip the editor shows."""
    marker = sheet.mark(tag_slot(data["data-mm-tag"].strip(), data, sheet))
    if element.get("style"):
        element.text = marker
        return
    _prepend(element, marker + (element.tail or ""))
    element.tail = None
    element.getparent().remove(element)


def tag_slot(key, data, sheet):
    """Slot for `data-mm-tag`, with its fallback and how it is written."""
    fallback = data.get("data-mm-default", "")
    filters = read_filter(data.get("data-mm-filter", "").strip())
    match = _ITEM_RE.fullmatch(key)
    if match:
        if filters:
            message = _lt("“%(filter)s” cannot be used in a repeat.", filter=filters[0])
            raise TemplateProblem(message, near=key)
        return ItemSlot(match[1], match[2], Expression(key, (), fallback))
    tag = get_tag(sheet.tags, key)
    if tag.kind == "link":
        return LinkSlot(tag.source)
    if tag.kind == "list":
        raise TemplateProblem(
            _lt("“%(tag)s” is a list: repeat a block over it.", tag=key), near=key
        )
    sheet.used.add(key)
    return Expression(key, filters, fallback)


def _make_absolute(element, site):
    """Pictures of this database need its address in a mail."""
    for name in ("src", "background"):
        value = element.get(name, "")
        if value.startswith("/") and not value.startswith("//"):
            element.set(name, site.base_url + value)
    style = element.get("style")
    if style and "url(" in style:
        absolute = rf"url(\g<1>{site.base_url}/"
        element.set("style", _RELATIVE_CSS_RE.sub(absolute, style))


def _drop_classes(element):
    classes = element.get("class")
    if classes is not None:
        kept = [name for name in classes.split() if name not in _DROPPED_CLASSES]
        if kept:
            element.set("class", " ".join(kept))
        else:
            del element.attrib["class"]


def _keep_outlook_comment(element):
    """Comments are for us, except those that only Outlook reads."""
    text = element.text or ""
    if _MSO_RE.search(text) and not _UNSAFE_RE.search(text):
        return
    _prepend(element, element.tail or "")
    element.tail = None
    element.getparent().remove(element)


def _text(element):
    """Visible words of an element, or the alternative text of its picture."""
    text = " ".join(element.text_content().split())
    image = element.find(".//img")
    return text or (image.get("alt", "") if image is not None else "")
