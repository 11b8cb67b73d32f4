"""Which plain values a condition may hold."""

from datetime import date, datetime

from odoo.tools.date_utils import parse_date

MAX_TEXT = 250
MAX_INTEGER = 2**31 - 1
MAX_AMOUNT = 10**15


def is_number(value, limit, types=(int, float)):
    return (
        isinstance(value, types)
        and not isinstance(value, bool)
        and abs(value) <= limit  # false for NaN, and for integers beyond any float
    )


def is_text(value):
    return isinstance(value, str) and len(value) <= MAX_TEXT and "\x00" not in value


def is_date(env, value):
    if isinstance(value, (date, datetime)):
        return True
    return is_text(value) and read_day(env, value) is not None


def read_day(env, value):
    """Return the day of "2026-01-31" or "today -90d", None for anything else."""
    try:
        moment = parse_date(value, env)
    except (ValueError, OverflowError, TypeError):
        return None
    return moment.date() if isinstance(moment, datetime) else moment


def is_many(value):
    return isinstance(value, (list, tuple, set, frozenset)) or (
        type(value).__name__ == "OrderedSet"
    )


def shorten(value):
    text = str(value).replace("\x00", "")
    return text if len(text) <= 80 else f"{text[:77]}..."
