"""Rows of a plan as people type them: in a file, or in a request of the API."""

import re
from typing import Any, NamedTuple

#: Keys of a row, in the order of the columns, and what the columns are called. They are
#: the same in each language: a file goes round between colleagues.
COLUMNS = {
    "line": "Line",
    "version": "Version",
    "store": "Store",
    "creative": "Creative",
    "quantity": "Quantity",
    "wave": "Wave",
    "included": "Included",
    "notes": "Notes",
    "reason": "Reason",
}
MAX_QUANTITY = 10_000_000
NEW, CHANGED, SAME, PROBLEM = "new", "changed", "same", "problem"

_INTEGER = re.compile(r"[+-]?\d{1,15}(\.0+)?")
_YES = {"yes", "true", "1", "x", "y"}
_NO = {"no", "false", "0", "n", ""}


class Verdict(NamedTuple):
    """What a row would do: ``kind``, the line it is about, the values to write.

    ``text`` says the changes, or what is wrong, in words.
    """

    number: int
    kind: str
    text: str
    store: str = ""
    line: Any = None
    values: dict = {}


class RowError(ValueError):
    """What is wrong with one row, as a sentence."""


def find_keys(header):
    """Return {key: position} of the columns that are known, whatever their case."""
    names = [name.strip().casefold() for name in header]
    return {
        key: names.index(title.casefold())
        for key, title in COLUMNS.items()
        if title.casefold() in names
    }


def read_number(env, value, what):
    """Return the whole number in a cell; raises :class:`RowError`."""
    text = str(value).strip()
    if isinstance(value, bool) or not _INTEGER.fullmatch(text):
        raise RowError(
            env._(
                "“%(value)s” is no %(what)s: write digits only, such as 2500.",
                value=text[:40],
                what=what,
            )
        )
    return int(float(text))


def read_quantity(env, value):
    quantity = read_number(env, value, env._("number of pieces"))
    if quantity < 0:
        raise RowError(env._("A number of pieces cannot be negative."))
    if quantity > MAX_QUANTITY:
        raise RowError(
            env._(
                "%(quantity)s pieces for one store cannot be meant: at most %(limit)s.",
                quantity=f"{quantity:,}",
                limit=f"{MAX_QUANTITY:,}",
            )
        )
    return quantity


def read_flag(env, value):
    text = str(value).strip().casefold()
    if text in _YES or text in _NO:
        return text in _YES
    raise RowError(
        env._("“%(value)s” is neither yes nor no.", value=str(value).strip()[:40])
    )
