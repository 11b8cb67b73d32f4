"""Keys that came in an address instead of the header."""

import re
from urllib.parse import unquote_plus

from .problems import Problem

# with the prefix it is meant as a key; without it may be one, and is looked up
_MEANT = re.compile(r"mmk_[0-9a-f]{64}", re.IGNORECASE)
_SECRET = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])", re.IGNORECASE)
MOST = 5  # who sends more is not a program with a wrong setting
HEADER = "Send the key in the header Authorization: Bearer …, never in the address."
REVOKED = (
    "The key in the address of this request is revoked: servers write addresses to"
    " their logs. Ask for a new key. "
)


def find_secrets(httprequest):
    """Return (is one meant as a key, the possible secrets) of the address."""
    query = httprequest.query_string.decode("latin-1")
    text = unquote_plus(f"{httprequest.path}?{query}")
    found = {secret.lower() for secret in _SECRET.findall(text)}
    return bool(_MEANT.search(text)), sorted(found)[:MOST]


def refuse(revoked):
    """Return the problem; who sent a whole working key may know that it worked."""
    detail = REVOKED + HEADER if revoked else HEADER
    challenge = {"WWW-Authenticate": 'Bearer error="invalid_request"'}
    return Problem(400, detail, headers=challenge)
