"""Regular expressions that cannot take long, decided by their shape.

Python's engine backtracks: `(a+)+$` takes exponential time. Refused is what can make it
do so: a repeat within a repeat, a choice within a repeat, back references and
look-around; and more than two repeats, whose product would be too much.
"""

from re import _constants as parts
from re import _parser as parser

MAX_LENGTH = 100
MAX_REPEATS = 2
_REPEATS = (parts.MAX_REPEAT, parts.MIN_REPEAT, parts.POSSESSIVE_REPEAT)
_PLAIN = (parts.LITERAL, parts.NOT_LITERAL, parts.ANY, parts.IN, parts.AT)


class PatternProblem(ValueError):
    """The pattern is none, or could be slow."""


def check_pattern(pattern):
    """Raise unless every search with ``pattern`` in a short text is quick."""
    if not isinstance(pattern, str) or not 0 < len(pattern) <= MAX_LENGTH:
        raise PatternProblem("no text of 1 to 100 characters")
    if not pattern.isascii() or not pattern.isprintable():
        raise PatternProblem("not plain ASCII")
    try:
        tree = parser.parse(pattern)
    except (parser.error, OverflowError, RecursionError) as error:
        raise PatternProblem("not a pattern") from error
    if tree.state.flags & ~parts.SRE_FLAG_UNICODE:
        raise PatternProblem("flags")
    if _count_repeats(tree, within=False) > MAX_REPEATS:
        raise PatternProblem("too many repeats")


def _count_repeats(items, within):
    return sum(_count(kind, value, within) for kind, value in items)


def _count(kind, value, within):
    if kind in _PLAIN:
        return 0
    if kind is parts.SUBPATTERN:
        return _count_repeats(value[3], within)
    if kind is parts.BRANCH and not within:
        return sum(_count_repeats(branch, within) for branch in value[1])
    if kind in _REPEATS:
        low, high, body = value
        varies = low != high
        if varies and within:
            raise PatternProblem("a repeat within a repeat")
        # a fixed number of repetitions multiplies what is inside of it
        inner = _count_repeats(body, within or varies)
        if not varies and inner and high > 1:
            raise PatternProblem("a repeat within a repeat")
        return inner + varies
    raise PatternProblem("a construct that can be slow")
