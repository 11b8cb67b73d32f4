"""SendGrid's event webhook: verify the raw bytes, then read them."""

import base64
import binascii
import json
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

from odoo.addons.marketing_base.scrub import clean_text
from odoo.addons.marketing_delivery.sender import feedback as kinds
from odoo.addons.marketing_delivery.sender.feedback import Feedback

SIGNATURE = "X-Twilio-Email-Event-Webhook-Signature"
TIMESTAMP = "X-Twilio-Email-Event-Webhook-Timestamp"
_KINDS = {
    "processed": kinds.ACCEPTED,
    "delivered": kinds.DELIVERED,
    "deferred": kinds.DEFERRED,
    "bounce": kinds.BOUNCED,
    "dropped": kinds.DROPPED,
    "spamreport": kinds.COMPLAINED,
    "unsubscribe": kinds.UNSUBSCRIBED,
    "group_unsubscribe": kinds.UNSUBSCRIBED,
    "open": kinds.OPENED,
    "click": kinds.CLICKED,
}
# Why SendGrid drops a message: it has the address on a list of its own.
_DEAD = ("bounced address", "invalid")
_OBJECTED = ("spam reporting address", "unsubscribed address")


class WebhookProblem(ValueError):
    """What was sent is signed, but not what is documented."""


def load_key(text):
    """Return the public key that SendGrid shows, with or without its frame.

    Raises :class:`ValueError` when it is none of the curve P-256.
    """
    lines = [line for line in (text or "").split() if "-" not in line]
    # the frame's words "BEGIN PUBLIC KEY" fall apart
    text = "".join(line for line in lines if line not in ("PUBLIC", "KEY"))
    try:
        key = load_der_public_key(base64.b64decode(text, validate=True))
    except (ValueError, TypeError, binascii.Error) as error:
        raise ValueError("this is not a public key") from error
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise ValueError("this is not a key of SendGrid's kind")
    if not isinstance(key.curve, ec.SECP256R1):
        raise ValueError("this is not a key of SendGrid's kind")
    return key


def verify(key, headers, body):
    """Return whether SendGrid signed these bytes with the private half of ``key``."""
    signatures, timestamps = headers.getlist(SIGNATURE), headers.getlist(TIMESTAMP)
    if len(signatures) != 1 or len(timestamps) != 1:
        return False
    timestamp = timestamps[0]
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 20):
        return False
    try:
        signature = base64.b64decode(signatures[0], validate=True)
        key.verify(signature, timestamp.encode() + body, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def parse(body):
    """Return the :class:`Feedback` of all events; those of other mail have no key."""
    events = json.loads(body)
    if not isinstance(events, list):
        raise WebhookProblem("a list of events was expected")
    found = []
    for event in events:
        # one that is not as documented must not hold up those around it
        found.extend(_read(event if isinstance(event, dict) else {}))
    return found


def _read(event):
    kind = _KINDS.get(_text(event.get("event")))
    feedback = Feedback(
        kind or kinds.OPENED,  # of an unknown kind: a sign of life, no more
        _text(event.get("sk")),
        _text(event.get("sg_event_id")),
        _read_time(event.get("timestamp")),
        detail=_get_detail(event),
        bounce_type=_get_bounce_type(kind, event),
        message_id=_text(event.get("sg_message_id"))[:100] or None,
        is_machine=event.get("sg_machine_open") is True,
    )
    yield feedback
    reason = _text(event.get("reason")).lower()
    if kind == kinds.DROPPED and reason.startswith(_OBJECTED):
        event_id = f"{feedback.event_id}:objected" if feedback.event_id else ""
        yield feedback._replace(
            kind=kinds.UNSUBSCRIBED, event_id=event_id, bounce_type=None
        )


def _text(value):
    return clean_text(value) if isinstance(value, str) else ""


def _read_time(value):
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        moment = datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    # a message cannot have left before there was a webhook
    return moment.replace(tzinfo=None) if moment.year >= 2000 else None


def _get_detail(event):
    words = (_text(event.get(name)) for name in ("status", "reason", "response"))
    return " ".join(" ".join(words).split())[:300]


def _get_bounce_type(kind, event):
    """``hard`` only when the address is the reason, and for good.

    A blocked message, or one refused for its content or our reputation, says nothing
    of the address.
    """
    if kind == kinds.DROPPED:
        reason = _text(event.get("reason")).lower()
        return "hard" if reason.startswith(_DEAD) else "soft"
    if kind != kinds.BOUNCED:
        return None
    if event.get("type") == "blocked":
        return "soft"
    if _text(event.get("bounce_classification")).lower() == "invalid address":
        return "hard"
    return "hard" if _text(event.get("status")).startswith("5.1.") else "soft"
