"""The allow-list of segment conditions: which operators and values may be used.

Which paths there are, says `customer.profile._get_segment_paths`. A rule is checked
condition by condition before it may become SQL, and values reach PostgreSQL only as
parameters.
"""

from odoo.fields import Domain

from .segment_activity import MAX_ACTIVITIES, read_activity
from .segment_problem import RuleProblem
from .segment_values import (
    MAX_AMOUNT,
    MAX_INTEGER,
    is_date,
    is_many,
    is_number,
    is_text,
    shorten,
)

MAX_CONDITIONS = 500
MAX_DEPTH = 30
MAX_VALUES = 10_000

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
    "segment": _EQUAL,
    "activity": frozenset({"like", "not like"}),
}
_SUBDOMAIN = frozenset({"any", "not any"})

_DATE_PARTS = frozenset(
    {"year_number", "quarter_number", "month_number", "iso_week_number"}
    | {"day_of_year", "day_of_month", "day_of_week"}
)
_PARTNER = "partner_id"


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
    paths = get_paths(env)
    count = sum(paths.get(path) == "activity" for path, *_rest in conditions)
    if count > MAX_ACTIVITIES:
        raise RuleProblem("activities", count=count, limit=MAX_ACTIVITIES)
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
        raise RuleProblem("syntax", value=shorten(error)) from error


def _check_condition(env, path, operator, value):
    kind = get_kind(env, path)
    if not kind:
        allowed = ", ".join(sorted(get_paths(env)))
        raise RuleProblem("path", field=shorten(path), allowed=allowed)
    if operator not in OPERATORS[kind]:
        allowed = ", ".join(sorted(OPERATORS[kind]))
        raise RuleProblem(
            "operator", field=path, operator=shorten(operator), allowed=allowed
        )
    if kind == "activity":
        read_activity(env, path, value)
        return
    values = list(value) if is_many(value) else [value]
    if kind == "segment" and not values:
        raise RuleProblem("no_segment")
    if len(values) > MAX_VALUES:
        raise size_problem()
    if is_many(value) and operator in _ORDERED | _LIKE:
        raise RuleProblem("value", field=path, value=shorten(value))
    choices = find_field(env, path).get_values(env) if kind == "choice" else ()
    for item in values:
        if not _is_valid(env, kind, operator, item, choices):
            raise RuleProblem("value", field=path, value=shorten(item))


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


def _is_valid(env, kind, operator, value, choices):
    if kind == "segment":
        return is_number(value, MAX_INTEGER, int)
    if value is False and operator not in _ORDERED | _LIKE:
        return True  # "is (not) set"
    if kind == "choice":
        return value in choices
    if kind in ("relation", "tree"):
        return is_text(value) or is_number(value, MAX_INTEGER, int)
    return _VALIDATORS[kind](env, value)


_VALIDATORS = {
    "integer": lambda env, value: is_number(value, MAX_INTEGER),
    "amount": lambda env, value: is_number(value, MAX_AMOUNT),
    "number": lambda env, value: is_number(value, MAX_AMOUNT),
    "share": lambda env, value: is_number(value, MAX_AMOUNT),
    "text": lambda env, value: is_text(value),
    "boolean": lambda env, value: isinstance(value, bool),
    "date": is_date,
}
