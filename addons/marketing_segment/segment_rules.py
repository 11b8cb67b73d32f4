"""The allow-list of segment conditions: which operators and values may be used.

Which paths there are, says `customer.profile._get_segment_paths`. A rule is checked
condition by condition before it may become SQL, and values reach PostgreSQL only as
parameters.
"""

import math
from datetime import date, datetime

from odoo.fields import Domain
from odoo.tools.date_utils import parse_date
from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

MAX_CONDITIONS = 500
MAX_DEPTH = 30
MAX_VALUES = 10_000
MAX_TEXT = 250
MAX_INTEGER = 2**31 - 1
MAX_AMOUNT = 10**15

_EQUAL = frozenset({"=", "!=", "in", "not in"})
_ORDERED = frozenset({"<", "<=", ">", ">="})
_LIKE = frozenset(
    {"like", "not like", "ilike", "not ilike", "=like", "=ilike", "not =like"}
    | {"not =ilike"}
)
OPERATORS = {
    "integer": _EQUAL | _ORDERED,
    "amount": _EQUAL | _ORDERED,
    "number": _EQUAL | _ORDERED,
    "share": _EQUAL | _ORDERED,
    "date": _EQUAL | _ORDERED,
    "text": _EQUAL | _LIKE,
    "choice": _EQUAL,
    "boolean": _EQUAL,
    "relation": _EQUAL | {"ilike", "not ilike"},
    "tree": _EQUAL | {"child_of", "parent_of", "ilike", "not ilike"},
}
_SUBDOMAIN = frozenset({"any", "not any"})

_DATE_PARTS = frozenset(
    {"year_number", "quarter_number", "month_number", "iso_week_number"}
    | {"day_of_year", "day_of_month", "day_of_week"}
)
_PARTNER = "partner_id"

_PROBLEMS = {
    "path": _lt(
        "“%(field)s” cannot be used in a segment. Allowed fields: %(allowed)s."
    ),
    "operator": _lt(
        "“%(operator)s” cannot be used with “%(field)s”. Allowed: %(allowed)s."
    ),
    "value": _lt("“%(value)s” is not a valid value for “%(field)s”."),
    "size": _lt(
        "This rule is too large: at most %(conditions)s conditions nested "
        "%(depth)s deep, and %(values)s values in a list."
    ),
    "syntax": _lt("The rule cannot be read: %(value)s."),
}


class RuleProblem(Exception):
    """A rule that is refused; `explain` tells the user why."""

    def __init__(self, problem, **values):
        super().__init__(problem, values)
        self.problem = problem
        self.values = values

    def explain(self, env):
        """Return the reason as one sentence in the user's language."""
        sentence = env._(_PROBLEMS[self.problem])
        return sentence % self.values


def size_problem():
    """Return the problem of a rule that nobody wrote by hand."""
    return RuleProblem(
        "size", conditions=MAX_CONDITIONS, depth=MAX_DEPTH, values=MAX_VALUES
    )


def check_domain(env, domain: Domain) -> None:
    """Raise RuleProblem unless every condition of `domain` is on the allow-list."""
    conditions = list(_walk(domain, "", 0))
    if len(conditions) > MAX_CONDITIONS:
        raise size_problem()
    for path, operator, value in conditions:
        _check_condition(env, path, operator, value)


def _walk(domain, prefix, depth):
    """Yield (path, operator, value), inside the sub-domains on the customer too."""
    if depth > MAX_DEPTH:
        raise size_problem()
    for condition in domain.iter_conditions():
        path = f"{prefix}{condition.field_expr}"
        if path == _PARTNER and condition.operator in _SUBDOMAIN:
            yield from _walk(_subdomain(condition), f"{_PARTNER}.", depth + 1)
        else:
            yield path, condition.operator, condition.value


def _subdomain(condition):
    try:
        return Domain(condition.value)
    except (TypeError, ValueError) as error:
        raise RuleProblem("syntax", value=_short(error)) from error


def _check_condition(env, path, operator, value):
    kind = get_kind(env, path)
    if not kind:
        allowed = ", ".join(sorted(get_paths(env)))
        raise RuleProblem("path", field=_short(path), allowed=allowed)
    if operator not in OPERATORS[kind]:
        allowed = ", ".join(sorted(OPERATORS[kind]))
        raise RuleProblem(
            "operator", field=path, operator=_short(operator), allowed=allowed
        )
    values = list(value) if _is_many(value) else [value]
    if len(values) > MAX_VALUES:
        raise size_problem()
    if _is_many(value) and operator in _ORDERED | _LIKE:
        raise RuleProblem("value", field=path, value=_short(value))
    choices = find_field(env, path).get_values(env) if kind == "choice" else ()
    for item in values:
        if not _is_valid(env, kind, operator, item, choices):
            raise RuleProblem("value", field=path, value=_short(item))


def get_paths(env):
    """Return {path: kind} of what a rule may ask for."""
    return env["customer.profile"]._get_segment_paths()


def get_kind(env, path):
    """Return the kind of value behind an allowed path, None for any other path."""
    if not isinstance(path, str):
        return None
    paths = get_paths(env)
    parent, _dot, part = path.rpartition(".")
    if part in _DATE_PARTS and paths.get(parent) == "date":
        return "integer"
    return paths.get(path)


def find_field(env, path):
    """Return the field at the end of an allowed path."""
    model = env["customer.profile"]
    *parents, name = path.split(".")
    for parent in parents:
        model = env[model._fields[parent].comodel_name]
    return model._fields[name]


def _is_many(value):
    return isinstance(value, (list, tuple, set, frozenset)) or (
        type(value).__name__ == "OrderedSet"
    )


def _is_valid(env, kind, operator, value, choices):
    if value is False and operator not in _ORDERED | _LIKE:
        return True  # "is (not) set"
    if kind == "choice":
        return value in choices
    if kind in ("relation", "tree"):
        return _is_text(value) or _is_number(value, MAX_INTEGER, int)
    return _VALIDATORS[kind](env, value)


def _is_number(value, limit, types=(int, float)):
    return (
        isinstance(value, types)
        and not isinstance(value, bool)
        and math.isfinite(value)
        and abs(value) <= limit
    )


def _is_text(value):
    return isinstance(value, str) and len(value) <= MAX_TEXT and "\x00" not in value


def _is_date(env, value):
    if isinstance(value, (date, datetime)):
        return True
    if not _is_text(value):
        return False
    try:
        return parse_date(value, env).year > 0
    except (ValueError, OverflowError):
        return False


_VALIDATORS = {
    "integer": lambda env, value: _is_number(value, MAX_INTEGER),
    "amount": lambda env, value: _is_number(value, MAX_AMOUNT),
    "number": lambda env, value: _is_number(value, MAX_AMOUNT),
    "share": lambda env, value: _is_number(value, MAX_AMOUNT),
    "text": lambda env, value: _is_text(value),
    "boolean": lambda env, value: isinstance(value, bool),
    "date": _is_date,
}


def _short(value):
    text = str(value).replace("\x00", "")
    return text if len(text) <= 80 else f"{text[:77]}..."
