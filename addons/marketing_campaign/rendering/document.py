"""Reading the body: limits, parsing, and what may not be written in it."""

import re

from lxml import etree, html

from odoo.tools.translate import LazyTranslate

from .grammar import OPEN_RE, line_of
from .problems import TemplateProblem
from .shape import check_shape, check_size, find_sheets

_lt = LazyTranslate(__name__)

MAX_SUBJECT = 250
MAX_DEPTH = 200

_RAW_RE = re.compile(r"\{\{|\{%|\{#|%7B(?:%7B|%25|%23)|&#x?0*(?:123|7b);", re.I)
_QWEB_MESSAGE = _lt(
    "This block carries a rule of Odoo's own mailing editor, which is not applied "
    "here. Remove it and set a condition of this editor instead."
)
_JINJA_MESSAGE = _lt(
    "Template code may not be typed into the body: insert a tag from the list."
)


def check_raw_html(text):
    """Template code as it was typed, before the sanitiser hides or breaks it."""
    check_shape(text)
    blank = _without_sheets(text)
    match = _RAW_RE.search(blank)
    if match and not match[0].startswith("&"):
        near = blank[max(match.start() - 15, 0) : match.end() + 25]
        line = line_of(blank, match.start())
        raise TemplateProblem(_JINJA_MESSAGE, "html", line, near)


def _without_sheets(text):
    """The text with style sheets cut out; lines keep their numbers."""
    pieces, position = [], 0
    for start, end in find_sheets(text):
        pieces += [text[position:start], "\n" * text.count("\n", start, end)]
        position = end
    return "".join([*pieces, text[position:]])


def parse_html(text):
    """The body as a <div> element, checked; raises TemplateProblem."""
    check_size("html", text)
    check_raw_html(text)
    parser = html.HTMLParser(encoding="utf-8", huge_tree=False)
    data = f"<div>{text}</div>".encode()
    document = html.document_fromstring(data, parser=parser)
    body = document.find("body")
    root = body if body is not None else document
    root.tag = "div"
    root.attrib.clear()
    root.tail = None
    for element in root.iter():
        _check_node(element)
    return root


def _check_node(element):
    texts = [element.text, element.tail]
    if isinstance(element, etree._Comment):
        texts = [element.tail, element.text]
    elif element.tag == "style":
        texts = [element.tail]
    else:
        texts += element.attrib.values()
        _check_attributes(element)
    for text in texts:
        if text and OPEN_RE.search(text):
            raise TemplateProblem(_JINJA_MESSAGE, "html", element.sourceline, text)


def _check_attributes(element):
    names = element.attrib
    qweb = element.tag == "t" or any(name.startswith("t-") for name in names)
    if qweb or "data-filter-domain" in names:
        near = element.text_content()
        raise TemplateProblem(_QWEB_MESSAGE, "html", element.sourceline, near)


def check_depth(root):
    """Refuse nesting that no mail program shows and that costs recursion."""
    depth = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > MAX_DEPTH:
            line = element.sourceline
            raise TemplateProblem(_lt("Blocks are nested too deep."), "html", line)
