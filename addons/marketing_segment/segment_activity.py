"""Conditions on what customers did: how often, how much, of what, and when.

The value of such a condition is a JSON text with an object:

    {"measure": "count", "operator": ">=", "value": 2,
     "categories": [4], "period": {"from": "today -90d"}}

Nothing is required: without a key, customers did it at least once, ever. Which measures
there are and what can be chosen (here: categories), each source says for itself.
"""

import json
from typing import NamedTuple

from .segment_problem import RuleProblem
from .segment_values import (
    MAX_AMOUNT,
    MAX_INTEGER,
    is_number,
    is_text,
    read_day,
    shorten,
)

MAX_ACTIVITIES = 30
MAX_LENGTH = 20_000
MAX_CHOSEN = 500
EXAMPLE = '{"operator": ">=", "value": 2, "period": {"from": "today -90d"}}'

COMPARISONS = {
    ">=": lambda number, value: number >= value,
    ">": lambda number, value: number > value,
    "<=": lambda number, value: number <= value,
    "<": lambda number, value: number < value,
    "=": lambda number, value: number == value,
    "!=": lambda number, value: number != value,
    "between": lambda number, value: value[0] <= number <= value[1],
}
_EXISTENCE = {(">=", 1), (">", 0), ("!=", 0), ("=", 0), ("<", 1), ("<=", 0)}


class Filter(NamedTuple):
    """What can be chosen in a condition: records of a model, or some of `choices`."""

    label: str
    model: str = ""
    choices: dict | None = None
    is_required: bool = False
    is_single: bool = False
    default: tuple = ()


class Activity(NamedTuple):
    """One condition, read and checked; `chosen` is {filter: ids or keys}."""

    measure: str
    operator: str
    value: float | tuple
    chosen: dict
    since: str | None = None
    until: str | None = None

    @property
    def is_met_by_none(self):
        """Whether somebody who never did it meets the condition.

        Nothing is known of the last time of something that never happened.
        """
        if self.measure == "days_since_last":
            return False
        return COMPARISONS[self.operator](0, self.value)

    @property
    def is_about_existence(self):
        """Whether it only matters if somebody did it at all."""
        return self.measure == "count" and (self.operator, self.value) in _EXISTENCE


def read_activity(env, path, text):
    """Return the Activity of a condition on `path`.

    :raises RuleProblem: for anything but such an object
    """
    source = env["customer.profile"]._get_activity_source(path)
    given = _read_json(env, path, text)
    filters = source.get_filters()
    allowed = {"measure", "operator", "value", "period", *filters}
    for key in given:
        if key not in allowed:
            raise RuleProblem(
                "key", key=shorten(key), field=path, allowed=", ".join(sorted(allowed))
            )
    measure = _read_word(path, given, "measure", source.measures, "count")
    operator = _read_word(path, given, "operator", COMPARISONS, ">=")
    return Activity(
        measure,
        operator,
        _read_value(path, measure, operator, given.get("value", 1)),
        {
            name: _read_chosen(path, name, one, given.get(name, list(one.default)))
            for name, one in filters.items()
        },
        *_read_period(env, path, given.get("period") or {}),
    )


def _read_json(env, path, text):
    problem = {"field": path, "example": EXAMPLE, "value": shorten(text)}
    if not isinstance(text, str) or len(text) > MAX_LENGTH:
        raise RuleProblem("json", **problem)
    try:
        given = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RuleProblem("json", **problem) from error
    if not isinstance(given, dict):
        raise RuleProblem("json", **problem)
    return given


def _read_word(path, given, key, allowed, default):
    word = given.get(key, default)
    if not isinstance(word, str) or word not in allowed:
        raise RuleProblem(
            "choice",
            key=key,
            field=path,
            value=shorten(word),
            allowed=", ".join(allowed),
        )
    return word


def _read_value(path, measure, operator, value):
    """Return a number, or the two ends of a range."""
    high = MAX_AMOUNT if measure in ("amount", "quantity") else MAX_INTEGER
    low = -high if measure in ("amount", "quantity") else 0
    types = (int, float) if measure in ("amount", "quantity") else int

    def check(number):
        if not is_number(number, high, types) or number < low:
            raise RuleProblem(
                "number", field=path, low=low, high=high, value=shorten(number)
            )

    if operator != "between":
        check(value)
        return value
    if not isinstance(value, list) or len(value) != 2:
        raise RuleProblem("range", field=path, value=shorten(value))
    for number in value:
        check(number)
    if value[0] > value[1]:
        raise RuleProblem("range", field=path, value=shorten(value))
    return tuple(value)


def _read_chosen(path, name, one, chosen):
    """Return the ids or keys that were chosen, each once."""
    if one.choices is None:
        chosen = _read_ids(path, name, chosen)
    else:
        chosen = _read_keys(path, name, one, chosen)
    if one.is_required and not chosen:
        raise RuleProblem("missing_choice", key=one.label, field=path)
    return tuple(dict.fromkeys(chosen))


def _read_keys(path, name, one, chosen):
    chosen = chosen if isinstance(chosen, list) else [chosen]
    unknown = [
        word for word in chosen if not isinstance(word, str) or word not in one.choices
    ]
    if unknown or (one.is_single and len(chosen) > 1):
        raise RuleProblem(
            "choice",
            key=name,
            field=path,
            value=shorten(unknown[0] if unknown else chosen),
            allowed=", ".join(sorted(one.choices)),
        )
    return chosen


def _read_ids(path, name, chosen):
    if (
        not isinstance(chosen, list)
        or len(chosen) > MAX_CHOSEN
        or not all(is_number(item, MAX_INTEGER, int) and item > 0 for item in chosen)
    ):
        raise RuleProblem(
            "ids", key=name, field=path, limit=MAX_CHOSEN, value=shorten(chosen)
        )
    return chosen


def _read_period(env, path, period):
    """Return (from, to) as they were given; either may be missing."""
    problem = RuleProblem("period", field=path, value=shorten(period))
    if not isinstance(period, dict) or not set(period) <= {"from", "to"}:
        raise problem
    ends = [period.get("from") or None, period.get("to") or None]
    days = []
    for end in ends:
        if end is not None:
            day = read_day(env, end) if is_text(end) else None
            if day is None:
                raise problem
            days.append(day)
    if len(days) == 2 and days[0] > days[1]:
        raise problem
    return ends
