"""data-mm-if: a condition over tags, turned into a Jinja expression.

The expression only holds names made here (r_<tag>, i_<variable>['field'], c<number>)
and words of the grammar; every literal is passed to Jinja as a constant.
"""

import datetime

from odoo.tools.translate import LazyTranslate

from .grammar import Parser
from .problems import TemplateProblem
from .tags import FORMATTED, RAW, get_tag

_lt = LazyTranslate(__name__)

_SIGNS = frozenset({"==", "!=", ">", ">=", "<", "<="})
_NUMBERS = frozenset({"integer", "number", "money"})
MAX_TOKENS = 60


def compile_condition(text, scope):
    """Jinja expression of a condition; scope is a blocks.Scope."""
    parser = Parser(text, scope.tags)
    if len(parser.tokens) > MAX_TOKENS:
        raise TemplateProblem(_lt("This condition is too long."), near=text)
    scope.charge(len(parser.tokens))
    source = _parse_or(parser, scope)
    parser.end()
    return source


def _parse_or(parser, scope):
    source = _parse_and(parser, scope)
    while parser.peek() == "or":
        parser.take("name")
        source = f"({source} or {_parse_and(parser, scope)})"
    return source


def _parse_and(parser, scope):
    source = _parse_not(parser, scope)
    while parser.peek() == "and":
        parser.take("name")
        source = f"({source} and {_parse_not(parser, scope)})"
    return source


def _parse_not(parser, scope):
    if parser.peek() == "not":
        parser.take("name")
        return f"(not {_parse_not(parser, scope)})"
    if parser.peek() == "(":
        parser.take(text="(")
        source = _parse_or(parser, scope)
        parser.take(text=")")
        return source
    return _parse_comparison(parser, scope)


def _parse_comparison(parser, scope):
    key = parser.take("name").text
    name, tag = resolve_raw(key, scope)
    if parser.peek() not in _SIGNS:
        return f"({name})"
    sign = parser.take("sign").text
    token = parser.take()
    constant = scope.constant(_read_literal(tag, sign, token, parser.text))
    return f"({name} is not none and {name} {sign} {constant})"


def resolve_raw(key, scope):
    """(Jinja name of the value to compare, its Tag); `item.price` inside a loop."""
    variable, __, field = key.partition(".")
    if field:
        tag = get_tag(scope.fields_of(variable), field)
        suffix = RAW if tag.kind in FORMATTED else ""
        return f"i_{variable}['{field}{suffix}']", tag
    tag = get_tag(scope.tags, key)
    scope.used.add(key)
    return f"r_{key}", tag


def _read_literal(tag, sign, token, text):
    """The literal as the type of the tag; a date is written '2026-01-31'."""
    try:
        if tag.kind in _NUMBERS and token.kind == "number":
            return float(token.text)
        if tag.kind == "date" and token.kind == "string":
            return datetime.date.fromisoformat(token.text[1:-1])
    except ValueError:
        token = None
    textual = tag.kind in ("text", "multiline", "choice") and sign in ("==", "!=")
    if textual and token and token.kind == "string":
        return token.text[1:-1]
    raise TemplateProblem(
        _lt("“%(tag)s” cannot be compared this way.", tag=tag.label), near=text
    )
