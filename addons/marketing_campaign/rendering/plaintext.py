"""The plain text part: made from the body, or typed by a person."""

import re

from lxml import etree

from .grammar import Expression, split_expressions
from .links import resolve_link
from .tags import get_tag

_BLOCKS = frozenset(
    "address article blockquote div dl dd dt figure footer h1 h2 h3 h4 h5 h6 header hr"
    " li ol p pre section table tbody tr ul".split()
)
_PARAGRAPHS = frozenset("h1 h2 h3 h4 h5 h6 p ul ol table".split())
_LINE, _PARAGRAPH = "\x01", "\x02"  # signs that no body may hold (document.py)
_BORDER_RE = re.compile(r"\s*[\x01\x02][\s\x01\x02]*")
_HIDDEN = frozenset(["style", "script", "title"])
_URL_RE = re.compile(r"(?:https?|mm)://[^\s<>\"'{}|\\^`]+")


def text_from_html(root):
    """Plain text of an annotated body, markers included."""
    pieces, hidden = [], 0
    for event, element in etree.iterwalk(root, events=("start", "end", "comment")):
        if event == "comment":
            pieces.append(_flat(element.tail))
            continue
        if element.tag in _HIDDEN:
            hidden += 1 if event == "start" else -1
        if event == "start":
            pieces.append("" if hidden else _start(element))
        else:
            pieces.append("" if hidden else _end(element))
            pieces.append("" if element is root else _flat(element.tail))
    return _tidy("".join(pieces))


def _start(element):
    before = _get_border(element)
    if element.tag == "li":
        before += "- "
    if element.tag == "br":
        before = "\n"
    if element.tag == "img":
        before = f" {_flat(element.get('alt'))} "
    return before + _flat(element.text)


def _end(element):
    href = element.get("href", "")
    after = f": {href}" if element.tag == "a" and href and href[0] != "#" else ""
    if element.tag in ("td", "th"):
        after += " "
    return after + _get_border(element)


def _get_border(element):
    """Sign for the edge of a block; _tidy makes one or two line breaks of a run."""
    if element.tag in _PARAGRAPHS:
        return _PARAGRAPH
    return _LINE if element.tag in _BLOCKS else ""


def _flat(text):
    return re.sub(r"\s+", " ", text or "")


def _tidy(text):
    text = text.replace("\u200b", "").replace("\ufeff", "")
    text = re.sub(r"[ \t]*\n[ \t]*", "\n", text)
    text = _BORDER_RE.sub(lambda run: "\n\n" if _PARAGRAPH in run[0] else "\n", text)
    text = re.sub(r"[ \t]{2,}", " ", text)
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def mark_plain(text, sheet, site=None):
    """Typed text -> the same with markers; links are followed when `site` is given."""
    marked = []
    for piece in split_expressions(text, sheet.tags):
        if isinstance(piece, Expression):
            marked.append(sheet.mark(_expression_slot(piece, sheet)))
        elif site is None:
            marked.append(piece)
        else:
            marked.append(_mark_links(piece, sheet, site))
    return "".join(marked)


def _expression_slot(expression, sheet):
    tag = get_tag(sheet.tags, expression.key)
    if tag.kind == "link":
        return resolve_link(f"mm://{tag.source}", "", sheet, None)
    sheet.used.add(expression.key)
    return expression


def _mark_links(text, sheet, site):
    def replace(match):
        url = match[0].rstrip(".,;:!?)")
        if url in sheet.targets:
            slot = sheet.click_at(sheet.targets.index(url))
        else:
            slot = resolve_link(url, "", sheet, site)
        return sheet.mark(slot) + match[0][len(url) :]

    return _URL_RE.sub(replace, text)
