"""Limits that hold before anything parses a body.

Parsers, sanitiser and style inliner each get slow, or large, long before they refuse;
all of these counts are linear in the text.
"""

import re

from odoo.tools.translate import LazyTranslate

from .grammar import line_of
from .problems import TemplateProblem

_lt = LazyTranslate(__name__)

MAX_BYTES = 100 * 1024
MAX_TAGS = 8000  # "<" signs
MAX_COMMENTS = 400
MAX_MARKS = 20  # "<?" and "<![CDATA[": one in a paste from Word, thousands in a bomb
MAX_BLOCKS = 400  # repeats and conditions
MAX_STYLE = 64 * 1024  # characters of all style sheets
MAX_STYLE_WORK = 20_000_000  # characters of style sheets x elements they may style
MAX_RULE_WORK = 3_000_000  # rules x elements
MAX_BRACKETS = 12  # nested brackets in a style sheet

_CONTROL_RE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
_COUNTED = (
    (re.compile(r"<(?:\?|!\[CDATA\[)", re.I), MAX_MARKS, _lt("sections of XML")),
    (re.compile(r"<!--"), MAX_COMMENTS, _lt("comments")),
    (re.compile(r"data-mm-(?:if|for)\b", re.I), MAX_BLOCKS, _lt("conditions")),
)


def check_size(part, text, limit=MAX_BYTES):
    """Bytes, tags and control characters; `limit` is in bytes."""
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > limit:
        message = _lt(
            "This is %(size)s KB; mail programs cut a message above %(limit)s KB.",
            size=-(-size // 1024),
            limit=limit // 1024,
        )
        raise TemplateProblem(message, part)
    if text.count("<") > MAX_TAGS:
        raise TemplateProblem(_lt("There are too many “<” signs."), part)
    bad = _CONTROL_RE.search(text)
    if bad:
        line = line_of(text, bad.start())
        raise TemplateProblem(_lt("There is a control character."), part, line)


def check_shape(text):
    """Refuse a body whose parts are each allowed and together a bomb."""
    for pattern, limit, name in _COUNTED:
        for count, match in enumerate(pattern.finditer(text), 1):
            if count > limit:
                message = _lt(
                    "There are more than %(limit)s %(name)s.", limit=limit, name=name
                )
                raise TemplateProblem(message, "html", line_of(text, match.start()))
    _check_sheets(text)


def _check_sheets(text):
    sheets = [text[start:end] for start, end in find_sheets(text)]
    elements = text.count("<")
    size = sum(map(len, sheets))
    rules = sum(sheet.count("{") for sheet in sheets)
    too_much = (
        size > MAX_STYLE
        or size * elements > MAX_STYLE_WORK
        or rules * elements > MAX_RULE_WORK
    )
    if too_much:
        message = _lt("The style sheet is too large for a message of this length.")
        raise TemplateProblem(message, "html", near="<style>")
    for sheet in sheets:
        _check_brackets(sheet)


def _check_brackets(sheet):
    depth = 0
    for match in re.finditer(r"[\[({})\]]", sheet):
        depth = max(depth + (1 if match[0] in "[({" else -1), 0)
        if depth > MAX_BRACKETS:
            message = _lt("Brackets of the style sheet are nested too deep.")
            near = sheet[max(match.start() - 20, 0) : match.start() + 20]
            raise TemplateProblem(message, "html", near=near)


def find_sheets(text):
    """(start, end) of each style sheet, without a pattern that could go back."""
    lower = text.lower()
    if len(lower) != len(text):  # some letters get longer: positions would be wrong
        lower = re.sub(r"[A-Z]+", lambda match: match[0].lower(), text)
    places, position = [], 0
    while (start := lower.find("<style", position)) >= 0:
        end = lower.find("</style", start)
        if end < 0:
            places.append((start, len(text)))
            break
        places.append((start, end))
        position = end + len("</style")
    return places
