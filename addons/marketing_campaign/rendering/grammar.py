"""The two small languages people may type.

Expression, in subject, preview and plain text:  {{ tag | filter or 'fallback' }}
Condition, in data-mm-if:                        tag > 3 and not (other == 'x')

Both are parsed here by hand: nothing typed by a person ever reaches Jinja.
"""

import re
from typing import NamedTuple

from odoo.tools.translate import LazyTranslate

from .problems import TemplateProblem
from .tags import NAME, NAME_RE, get_tag

_lt = LazyTranslate(__name__)

FILTERS = {
    "upper": str.upper,
    "lower": str.lower,
    "title": str.title,
    "capitalize": str.capitalize,
}
OPEN_RE = re.compile(r"\{\{|\{%|\{#")
# stops at the next sign and after 500 characters: linear for any text
_EXPRESSION_RE = re.compile(r"\{\{((?:(?!\{\{|\}\}).){0,500})\}\}", re.DOTALL)
_TOKEN_RE = re.compile(
    rf"""\s*(?:
      (?P<name>{NAME}(?:\.{NAME})?)(?![\w.])
    | (?P<string>'[^'\\]*'|"[^"\\]*")
    | (?P<number>-?\d{{1,15}}(?:\.\d{{1,6}})?)(?![\w.])
    | (?P<sign>==|!=|>=|<=|[><()|])
    )""",
    re.VERBOSE,
)


class Token(NamedTuple):
    kind: str
    text: str


class Expression(NamedTuple):
    """A tag with what to do to it; `fallback` stands in for an empty value."""

    key: str
    filters: tuple[str, ...] = ()
    fallback: str = ""


def tokenize(text):
    """Tokens of a condition or expression; anything else is a TemplateProblem."""
    tokens, position = [], 0
    text = text.rstrip()
    while position < len(text):
        match = _TOKEN_RE.match(text, position)
        if not match:
            raise TemplateProblem(_lt("This is not understood."), near=text[position:])
        tokens.append(Token(match.lastgroup, match[match.lastgroup]))
        position = match.end()
    return tokens


class Parser:
    """Takes tokens one by one."""

    def __init__(self, text, tags):
        self.text = text
        self.tags = tags
        self.tokens = tokenize(text)[::-1]

    def peek(self):
        return self.tokens[-1].text if self.tokens else ""

    def take(self, kind=None, text=None):
        token = self.tokens.pop() if self.tokens else Token("end", "")
        if (kind and token.kind != kind) or (text and token.text != text):
            raise TemplateProblem(
                _lt("“%(found)s” is not expected here.", found=token.text or "…"),
                near=self.text,
            )
        return token

    def end(self):
        if self.tokens:
            self.take("end")


def parse_expression(text, tags):
    """`first_name | title or 'there'` -> Expression."""
    parser = Parser(text, tags)
    key = parser.take("name").text
    if get_tag(tags, key).kind == "list":
        raise TemplateProblem(
            _lt("“%(tag)s” is a list: repeat a block of the body over it.", tag=key),
            near=text,
        )
    filters, fallback = [], ""
    while parser.peek() == "|":
        parser.take(text="|")
        name = parser.take("name").text
        if name == "default":
            fallback = _take_argument(parser)
        elif name in FILTERS:
            filters.append(name)
        else:
            raise TemplateProblem(_unknown_filter(name), near=text)
    if parser.peek() == "or":
        parser.take("name")
        fallback = parser.take("string").text[1:-1]
    parser.end()
    return Expression(key, tuple(filters), fallback)


def _take_argument(parser):
    parser.take(text="(")
    text = parser.take("string").text[1:-1]
    parser.take(text=")")
    return text


def read_filter(name):
    """`data-mm-filter` of a tag in the body -> filters of its Expression."""
    if name and name not in FILTERS:
        raise TemplateProblem(_unknown_filter(name[:60]), near=name[:60])
    return (name,) if name else ()


def _unknown_filter(name):
    return _lt(
        "“%(name)s” is not allowed here; use %(names)s or default.",
        name=name,
        names=", ".join(FILTERS),
    )


def parse_loop(text):
    """`item in products` -> ("item", "products")."""
    words = text.split()
    good = (
        len(words) == 3
        and words[1] == "in"
        and NAME_RE.fullmatch(words[0])
        and NAME_RE.fullmatch(words[2])
    )
    if not good:
        raise TemplateProblem(_lt("Write a repeat as “item in products”."), near=text)
    return words[0], words[2]


def split_expressions(text, tags):
    """Plain text with expressions -> list of str and Expression.

    Any other Jinja sign is a TemplateProblem with its line.
    """
    pieces, position = [], 0
    for match in _EXPRESSION_RE.finditer(text):
        pieces.append(check_literal(text, position, match.start()))
        try:
            pieces.append(parse_expression(match[1], tags))
        except TemplateProblem as problem:
            raise problem.at(None, line_of(text, match.start()), match[0]) from None
        position = match.end()
    pieces.append(check_literal(text, position, len(text)))
    return [piece for piece in pieces if piece != ""]


def check_literal(text, start, end):
    """text[start:end], which must hold no opening sign of Jinja."""
    match = OPEN_RE.search(text, start, end)
    if match:
        raise TemplateProblem(
            _lt("Only tags such as {{ first_name }} may be written here."),
            line=line_of(text, match.start()),
            near=text[match.start() : match.start() + 40],
        )
    return text[start:end]


def line_of(text, position):
    return text.count("\n", 0, position) + 1
