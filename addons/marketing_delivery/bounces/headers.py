"""Read headers and texts of a message that may be anything."""

import hashlib
import re
from datetime import UTC
from email.utils import parsedate_to_datetime

# getaddresses() of Python recurses into brackets
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"@]{1,64}@[^\s<>()\[\],;:\"@]{1,255}")
_MAX_LINE = 10_000


def hash_bytes(raw):
    return hashlib.sha256(raw).hexdigest()


def get_identifier(message, raw):
    """Return the same text when the same notice is fetched again."""
    name = get_line(message, "Message-ID")
    return hash_bytes(name.encode("utf-8", "replace")) if name else hash_bytes(raw)


def get_line(message, name):
    """Return a header as one line of text."""
    return " ".join(str(message.get(name) or "").split())


def find_addresses(message, names):
    """Return the addresses in some headers, lower-cased, each once."""
    lines = [str(line) for name in names for line in message.get_all(name, ())]
    found = [a.lower() for line in lines for a in _ADDRESS.findall(line[:_MAX_LINE])]
    return tuple(dict.fromkeys(found))


def get_date(message):
    try:
        moment = parsedate_to_datetime(get_line(message, "Date"))
        if moment.tzinfo:
            moment = moment.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment


def get_text(part):
    """Return the text of a part, whatever its charset is said to be."""
    data = part.get_payload(decode=True) or b""
    try:
        return data.decode(part.get_content_charset() or "utf-8", "replace")
    except LookupError:
        return data.decode("utf-8", "replace")
