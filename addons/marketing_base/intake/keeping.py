"""What is kept of a refused event, so that it can be looked at and replayed."""

import json
from typing import NamedTuple

from ..events import MAX_IDENTIFIER
from ..scrub import clean_properties
from .judge import CODES, MAX_EVENT_BYTES, REQUIRED, is_harmless
from .values import Cleaner, Unacceptable

MAX_TYPE = 64
MAX_UNREPLAYABLE = 4000


class Kept(NamedTuple):
    """A row of the store; the payload is scrubbed like an event of the log."""

    event_id: str | None
    event_type: str | None
    code: str
    detail: str
    pointer: str
    payload: str
    is_replayable: bool


def keep(raw, refusal):
    """Return what is stored of ``raw``, refused with ``refusal``."""
    payload, is_whole = _write_payload(raw)
    return Kept(
        _read_text(raw, "event_id", MAX_IDENTIFIER),
        _read_text(raw, "event_type", MAX_TYPE),
        *refusal,
        payload,
        is_whole and CODES[refusal.code],
    )


def _write_payload(raw):
    """Return (JSON text, whether it says the same as what came)."""
    try:
        cleaned = Cleaner().clean(raw)
        if type(cleaned) is dict:
            # a long number may look like a telephone's
            cleaned |= {n: raw[n] for n in REQUIRED if _read_text(raw, n, 200)}
        text = json.dumps(cleaned, ensure_ascii=False)
        if len(text.encode()) <= 2 * MAX_EVENT_BYTES:
            return text, True
    except Unacceptable:
        text = json.dumps(clean_properties(raw), ensure_ascii=False)
    return text[:MAX_UNREPLAYABLE], False


def _read_text(raw, name, longest):
    text = raw.get(name) if type(raw) is dict else None
    if type(text) is not str or not 0 < len(text) <= longest:
        return None
    return text if is_harmless(text) else None
