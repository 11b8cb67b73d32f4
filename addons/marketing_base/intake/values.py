"""Properties of an event from outside: refused if they cannot be stored, else scrubbed.

Unlike `scrub.clean_properties`, which makes the best of what our own code says, nothing
is left out or cut silently: the sender is told.
"""

import math
import re
from functools import lru_cache

from ..scrub import scrub_text

MAX_DEPTH = 16
MAX_PROPERTIES = 255
MAX_INTEGER = 2**63
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
# neither an address nor a number with enough digits for a telephone
_OTHER = r"[^@%\d\x00\ud800-\udfff]*+"
_HARMLESS = re.compile(rf"{_OTHER}(?:\d{_OTHER}){{0,6}}+")


class Unacceptable(ValueError):
    """Why a value cannot be stored; `code` is the one of the verdict."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


class Cleaner:
    """Scrub one event; it counts names and levels over the whole of it."""

    __slots__ = ("left",)

    def __init__(self):
        self.left = MAX_PROPERTIES

    def clean(self, value, depth=1):
        """Return ``value`` without addresses of people.

        :raises Unacceptable: something in it cannot be stored
        """
        kind = type(value)
        if kind is str:
            return clean_text(value)
        if kind is int:
            if not -MAX_INTEGER <= value < MAX_INTEGER:
                raise Unacceptable("unreadable_value")
            return value
        if value is None or kind is bool:
            return value
        if kind is float:
            if not math.isfinite(value):
                raise Unacceptable("unreadable_value")
            return value
        if depth > MAX_DEPTH:
            raise Unacceptable("too_deep")
        if kind is dict:
            return self._clean_object(value, depth)
        if kind is list:
            return [self.clean(item, depth + 1) for item in value]
        raise Unacceptable("unreadable_value")  # a mark of the reader

    def _clean_object(self, value, depth):
        self.left -= len(value)
        if self.left < 0:
            raise Unacceptable("too_many_properties")
        result = {}
        for name, item in value.items():
            if type(name) is not str:
                raise Unacceptable("duplicate_name")
            result[_clean_name(name)] = self.clean(item, depth + 1)
        return result


def clean_text(text):
    """Return ``text`` with addresses and telephone numbers masked."""
    if _HARMLESS.fullmatch(text):
        return text
    if _UNSTORABLE.search(text):
        raise Unacceptable("unstorable_text")
    return scrub_text(text)


@lru_cache(4096)
def _clean_short_name(name):
    return clean_text(name)


def _clean_name(name):
    """Clean a name; most are among the few of our types."""
    return _clean_short_name(name) if len(name) <= 64 else clean_text(name)
