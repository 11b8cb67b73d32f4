"""How one entry of the audit log is tied to the one before it.

Pure functions, so that anybody can check an export with a few lines of code: the hash
of an entry is SHA-256 over the hash of the entry before it, a line feed and the entry
as canonical JSON (keys sorted, no spaces, UTF-8).
"""

import hashlib
import json
from datetime import date, datetime

START = "0" * 64
MAX_TEXT = 300
COLUMNS = (
    "id",
    "created_at",
    "event",
    "company_id",
    "user_id",
    "user_login",
    "res_model",
    "res_id",
    "res_name",
    "changes",
    "note",
)


def plain(value):
    """Reduce a value to what reads back from the database exactly as it was written.

    A float would come back as another number of the same size, and PostgreSQL keeps no
    NUL; a long text is kept by its beginning and its own hash.
    """
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        items = [plain(item) for item in value]
        return sorted(items, key=str) if isinstance(value, set | frozenset) else items
    if isinstance(value, date | datetime):
        return value.isoformat()
    return shorten(str(value).replace("\x00", ""))


def shorten(text):
    # a lone surrogate has no UTF-8 form
    text = text.encode("utf-8", "replace").decode()
    if len(text) <= MAX_TEXT:
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()
    return f"{text[:MAX_TEXT]}… ({len(text)} characters, SHA-256 {digest})"


def canonical(row):
    """Return the bytes of an entry, given as a dict of COLUMNS."""
    values = {name: row[name] for name in COLUMNS}
    values["created_at"] = values["created_at"].isoformat(timespec="microseconds")
    text = json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def link(previous_hash, row):
    """Return the hash of an entry that follows the one with ``previous_hash``."""
    return hashlib.sha256(previous_hash.encode() + b"\n" + canonical(row)).hexdigest()
