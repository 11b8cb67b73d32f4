"""How long a provider asks to be left alone."""

import math
import time
from email.utils import parsedate_to_datetime

from . import settings

USUAL = 60.0  # seconds, when it does not say, or nothing that makes sense


def read_retry_after(text):
    """Return the seconds of a ``Retry-After`` header: a number, or a date."""
    text = (text or "").strip()[:64]
    try:
        seconds = float(text)
    except ValueError:
        seconds = _read_date(text)
    if not math.isfinite(seconds) or seconds < 0:
        seconds = USUAL
    return min(max(seconds, 1.0), settings.LONGEST_WAIT)


def _read_date(text):
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (TypeError, ValueError, OverflowError):
        return USUAL
