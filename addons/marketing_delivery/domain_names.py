"""Names of domains, in the one spelling that DNS and addresses have."""

import re

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+{_LABEL}")
_BETWEEN = re.compile(r"[\s,;]+")
MAX_LENGTH = 200


def normalise_domain(name):
    """Return a domain as DNS has it, None when it is none."""
    try:
        name = (name or "").strip().strip(".").encode("idna").decode().lower()
    except UnicodeError:
        return None
    return name if _DOMAIN.fullmatch(name) and len(name) <= MAX_LENGTH else None


def read_domains(text):
    """Return (domains, wrong words) of a text with spaces or commas between them."""
    words = list(dict.fromkeys(filter(None, _BETWEEN.split(text or ""))))
    found = {word: normalise_domain(word) for word in words}
    wrong = [word for word in words if not found[word]]
    return list(dict.fromkeys(filter(None, found.values()))), wrong
