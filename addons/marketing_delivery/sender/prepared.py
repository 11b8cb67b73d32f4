"""Statements of the sending loop, which PostgreSQL plans once a pump.

To plan the gate takes it longer than to ask it for ten messages. Prepared statements
belong to a session and to none of its transactions; Odoo's pool discards them when it
hands the connection out again. A pooler before PostgreSQL has to keep sessions apart
(PgBouncer: ``session``).
"""

# The statements are put together from constants of the callers, never from values.
# pylint: disable=sql-injection

import hashlib
import re
from functools import lru_cache
from weakref import WeakKeyDictionary

from odoo.tools import SQL

_KNOWN = WeakKeyDictionary()  # cursor -> {statement and constants: its name}
_VALUE = re.compile(r"%(?:\((\w+)\))?s::(\w+(?:\[\])?)")
_PLAIN = re.compile(r"%(?:\(\w+\))?s")


def execute(cr, text, values, *, first=(), **constants):
    """Execute a statement that is used again and again.

    :param text: has the type behind each value: ``%(ids)s::int[]`` or ``%s::int[]``
    :param first: commands, and statements without constants, to execute before it in
        the same round trip; each sees what was committed before its own turn
    :param constants: what else its text refers to, as :class:`SQL`
    """
    calls = [_call(cr, before, {}) if "::" in before else before for before in first]
    cr.execute("; ".join([*calls, _call(cr, text, constants)]), values)


def _call(cr, text, constants):
    statement = _parse(text)
    return f"EXECUTE {_prepare(cr, statement, constants)}{statement.call}"


class Repeating:
    """A cursor for code that executes the same statements again and again."""

    def __init__(self, cr):
        self._cursor = cr

    def __getattr__(self, name):
        return getattr(self._cursor, name)

    def execute(self, query, values=None):
        if isinstance(query, str) and _has_types(query):
            execute(self._cursor, query, values)
        else:
            self._cursor.execute(query, values)


@lru_cache(maxsize=64)
def _has_types(text):
    """Whether each value has its type behind it, and there is one."""
    return 0 < len(_VALUE.findall(text)) == len(_PLAIN.findall(text))


class _Statement:
    """``code`` refers to its values as $1, $2 …"""

    def __init__(self, text):
        numbers, self.types, places = {}, [], []

        def number(found):
            name, kind = found.groups()
            if not name or name not in numbers:
                self.types.append(kind)
                places.append(f"%({name})s::{kind}" if name else f"%s::{kind}")
                numbers[name] = len(places)
            return f"${numbers[name]}"

        self.code = _VALUE.sub(number, text)
        self.call = f"({', '.join(places)})" if places else ""


_parse = lru_cache(maxsize=64)(_Statement)


def _prepare(cr, statement, constants):
    """Return the name under which the session of ``cr`` knows the statement."""
    known = _KNOWN.setdefault(cr, {})
    key = (statement, *constants.values())
    if key not in known:
        known[key] = _prepare_once(cr, statement, SQL(statement.code, **constants))
    return known[key]


def _prepare_once(cr, statement, code):
    text = cr.mogrify(code)
    name = f"mm_{hashlib.sha256(text).hexdigest()[:32]}"
    cr.execute("SELECT FROM pg_prepared_statements WHERE name = %s", [name])
    if not cr.rowcount:
        types = f"({', '.join(statement.types)})" if statement.types else ""
        cr.execute(SQL(f"PREPARE {name}{types} AS %s", code))
    return name
