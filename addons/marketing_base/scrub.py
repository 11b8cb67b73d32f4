"""Make properties of events safe to store: no addresses, nothing PostgreSQL refuses.

Pure functions. Free text of a shopper (a search, a page address, a user agent) may hold
an e-mail address or a phone number; the log must not. Whole values that are a UUID, a
time, a version or a number are ours and stay as they are.
"""

import math
import re

MAX_DEPTH = 16
EMAIL_MARK = "[email]"
PHONE_MARK = "[phone]"
_EMAIL = re.compile(r"[\w.+'-]{1,64}(?:@|%40)[\w-]{1,63}(?:\.[\w-]{1,63})+", re.I)
# an international or trunk prefix, or the three groups of a North American number
_PHONE = re.compile(
    r"(?<![\w.:/-])(?:(?:\+|%2B|00?)[1-9](?:[ ().-]{0,2}\d){6,13}"
    r"|\(?[2-9]\d{2}\)?[ .-]\d{3}[ .-]\d{4})(?![\w-])"
)
_SURROGATE = re.compile("[\x00\ud800-\udfff]")
_OURS = re.compile(
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}-\d\d-\d\d(?:[T ][\d:.+Z-]*)?",
    re.I,
)


def clean_text(text):
    """Return ``text`` without the characters that PostgreSQL cannot store."""
    return _SURROGATE.sub("", str(text))


def scrub_text(text):
    """Return ``text`` with e-mail addresses and phone numbers masked."""
    text = clean_text(text)
    if _OURS.fullmatch(text):
        return text
    if "@" in text or "%40" in text:
        text = _EMAIL.sub(EMAIL_MARK, text)
    return _PHONE.sub(PHONE_MARK, text)


def clean_properties(value, depth=0):
    """Return plain JSON data equal to ``value`` with every text scrubbed.

    Too deep branches and numbers that JSON cannot hold become None; values of other
    types become their text.
    """
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if depth >= MAX_DEPTH:
        return None
    if isinstance(value, dict):
        return {
            scrub_text(key): clean_properties(item, depth + 1)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [clean_properties(item, depth + 1) for item in value]
    return scrub_text(value)
