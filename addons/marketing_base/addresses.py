"""One spelling for each address, and the key under which consent is stored.

The same rules exist twice: in Python for what people type, in PostgreSQL for what is
already in a column. Both are built from the patterns below, so that they cannot drift.
Only ASCII is accepted: ``lower()`` of other letters depends on the collation of the
database, and two spellings of one address would be two people to the stop list. An
international domain is written in its ``xn--`` form.
"""

import hashlib
import hmac
import re

from odoo.tools import SQL

CHANNELS = ("email", "sms", "push")
KEY_LENGTH = 32
MAX_LENGTH = {"email": 254, "sms": 16, "push": 2048}
# valid for Python's re and for PostgreSQL's ~ alike, applied to the lowered text
_ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
# a bound such as {0,61} makes PostgreSQL ten times slower: see LONG_LABEL
_LABEL = r"[a-z0-9]+(-+[a-z0-9]+)*"
LONG_LABEL = r"[^.]{64}"
PATTERNS = {
    "email": rf"^{_ATOM}([.]{_ATOM})*@({_LABEL}[.])+{_LABEL}$",
    "sms": r"^[+][1-9][0-9]{5,14}$",
    "push": r"^[!-~]+$",
}
_COMPILED = {
    channel: re.compile(pattern[1:-1]) for channel, pattern in PATTERNS.items()
}
_COMPILED_LONG = re.compile(LONG_LABEL)
MAX_LOCAL_PART = 64
_ASCII_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}


def normalise_email(text):
    """Return the one lower-cased address in ``text``, or None for anything else.

    A display name, two addresses, a line break, a NUL or a missing part give None.
    """
    return normalise_address("email", text)


def normalise_address(channel, text):
    """Return the one spelling of an address, number (E.164) or token, or None."""
    if not isinstance(text, str):
        return None
    value = text.strip(" ")
    if channel != "push":  # tokens and endpoints are case-sensitive
        value = value.translate(_ASCII_LOWER)
    if len(value) > MAX_LENGTH[channel] or not _COMPILED[channel].fullmatch(value):
        return None
    if channel == "email":
        local, _at, domain = value.partition("@")
        if len(local) > MAX_LOCAL_PART or _COMPILED_LONG.search(domain):
            return None
    return value


def address_key(secret, channel, text):
    """Return the first 128 bits, in hex, of the keyed hash of an address, or None."""
    value = normalise_address(channel, text)
    if value is None:
        return None
    message = f"{channel}:{value}".encode()
    return hmac.new(secret, message, hashlib.sha256).hexdigest()[:KEY_LENGTH]


def address_key_sql(secret, channel, address):
    """Return SQL computing :func:`address_key` of the text expression ``address``.

    PostgreSQL has sha256() but no HMAC: the two padded blocks are parameters.
    """
    if channel not in CHANNELS:
        raise ValueError(f"unknown channel {channel!r}")
    value = normalised_sql(channel, address)
    return SQL(
        """(SELECT CASE WHEN %(valid)s THEN substr(encode(sha256(%(outer)s || sha256(
               %(inner)s || convert_to(%(prefix)s || a.value, 'UTF8'))), 'hex'), 1, 32)
           END FROM (SELECT %(value)s AS value OFFSET 0) a)""",
        valid=_valid_sql(channel, SQL("a.value")),
        outer=_block(secret, 0x5C),
        inner=_block(secret, 0x36),
        prefix=f"{channel}:",
        value=value,
    )


def normalised_sql(channel, address):
    """Return SQL for the trimmed, lower-cased text, valid or not."""
    if channel == "push":
        return SQL("btrim(%s)", address)
    return SQL('lower(btrim(%s) COLLATE "C")', address)


def _valid_sql(channel, value):
    checks = SQL(
        'length(%(value)s) <= %(length)s AND %(value)s COLLATE "C" ~ %(pattern)s',
        value=value,
        length=MAX_LENGTH[channel],
        pattern=PATTERNS[channel],
    )
    if channel != "email":
        return checks
    return SQL(
        """%(checks)s AND position('@' in %(value)s) <= %(local)s
           AND (length(%(value)s) < 66
                OR split_part(%(value)s, '@', 2) !~ %(long)s)""",
        checks=checks,
        value=value,
        local=MAX_LOCAL_PART + 1,
        long=LONG_LABEL,
    )


def _block(secret, pad):
    """Return the padded key block of RFC 2104 as a bytea literal."""
    key = hashlib.sha256(secret).digest() if len(secret) > 64 else secret
    block = bytes(byte ^ pad for byte in key.ljust(64, b"\0"))
    return SQL("%s::bytea", block)
