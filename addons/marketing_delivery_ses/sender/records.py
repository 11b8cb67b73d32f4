"""Event records of SES, read into :class:`Feedback`; no connection here.

The same records come by SNS and out of a queue, and may come by both: what identifies
an event is made of the record alone.
"""

import json
from datetime import UTC, datetime

from odoo.addons.marketing_base.scrub import clean_text
from odoo.addons.marketing_delivery.sender import feedback as kinds
from odoo.addons.marketing_delivery.sender.feedback import Feedback

from .sns import NOTIFICATION

# event -> (kind, where its details are, the list of its recipients)
_EVENTS = {
    "Send": (kinds.ACCEPTED, "send", ""),
    "Delivery": (kinds.DELIVERED, "delivery", ""),
    "DeliveryDelay": (kinds.DEFERRED, "deliveryDelay", "delayedRecipients"),
    "Bounce": (kinds.BOUNCED, "bounce", "bouncedRecipients"),
    "Complaint": (kinds.COMPLAINED, "complaint", "complainedRecipients"),
    "Reject": (kinds.DROPPED, "reject", ""),
    "Rendering Failure": (kinds.DROPPED, "failure", ""),
    "Open": (kinds.OPENED, "open", ""),
    "Click": (kinds.CLICKED, "click", ""),
    "Subscription": (kinds.OPENED, "subscription", ""),
}
_UNKNOWN = (kinds.OPENED, "", "")  # a sign of life, no more
_WELCOME = "Successfully validated SNS topic"
# SES did not even try: it has the address on a list
_LISTED = ("Suppressed", "OnAccountSuppressionList", "OnTenantSuppressionList")
_UNSUBSCRIBED = "UnsubscribedRecipient"
# RFC 5965 and 6430: what is reported, but is no complaint
_NO_COMPLAINTS = ("auth-failure", "not-spam")
# a refusal of the content, the sender or the system says nothing of the address
_NOT_THE_ADDRESS = ("5.3.", "5.6.", "5.7.")
MAX_DETAIL = 300


class RecordProblem(ValueError):
    """What came is signed, but not what is documented."""


def parse_told(message):
    """Return the :class:`Feedback` in an envelope of SNS, or in a record without one.

    Raises :class:`ValueError` for what is neither.
    """
    if not isinstance(message, dict) or "TopicArn" not in message:
        return parse_record(message)
    if message.get("Type") != NOTIFICATION:
        return []  # of the subscription, not of a message
    return _parse_published(_text(message.get("Message")))


def _parse_published(text):
    if text.startswith(_WELCOME):
        return []
    told = json.loads(text)
    found = []
    for record in told if isinstance(told, list) else [told]:
        found.extend(parse_record(record))
    return found


def parse_record(record):
    """Return the :class:`Feedback` of one record, one for each of its recipients."""
    if not isinstance(record, dict):
        raise RecordProblem("an event record was expected")
    name = _text(record.get("eventType") or record.get("notificationType"))
    if not name:
        raise RecordProblem("this is not an event of SES")
    kind, section, listed = _EVENTS.get(name, _UNKNOWN)
    mail, details = _dict(record.get("mail")), _dict(record.get(section))
    identifier, key = _text(mail.get("messageId")), _find_key(mail)
    stamp = _text(details.get("timestamp")) or _text(mail.get("timestamp"))
    feedback = Feedback(
        kind,
        key,
        f"{name}:{identifier or key}:{_text(details.get('feedbackId')) or stamp}",
        _read_time(stamp),
        message_id=identifier[:100] or None,
    )
    recipients = [_dict(item) for item in _list(details.get(listed))] or [{}]
    found = []
    for number, recipient in enumerate(recipients):
        one = feedback._replace(detail=_get_detail(details, recipient))
        if number:
            one = one._replace(event_id=f"{one.event_id}:{number}")
        found.extend(_refine(one, details, recipient))
    return found


def _refine(feedback, details, recipient):
    """Yield what a feedback really means, by its details."""
    if feedback.kind == kinds.BOUNCED:
        yield from _refine_bounce(feedback, details, recipient)
    elif feedback.kind == kinds.COMPLAINED:
        yield from _refine_complaint(feedback, details)
    elif feedback.kind == kinds.DROPPED:
        yield feedback._replace(bounce_type="soft")
    else:
        yield feedback
    if _has_left(details):
        yield _object(feedback)


def _refine_bounce(feedback, details, recipient):
    kind = _text(details.get("bounceType"))
    reason = _text(details.get("bounceSubType"))
    if reason in _LISTED:
        yield feedback._replace(kind=kinds.DROPPED, bounce_type="hard")
    elif reason == _UNSUBSCRIBED:
        yield feedback._replace(kind=kinds.DROPPED, bounce_type="soft")
        yield _object(feedback)
    else:
        status = _text(recipient.get("status"))
        is_hard = kind == "Permanent" and not status.startswith(_NOT_THE_ADDRESS)
        yield feedback._replace(bounce_type="hard" if is_hard else "soft")


def _refine_complaint(feedback, details):
    if _text(details.get("complaintSubType")) in _LISTED:
        # it complained about an earlier message, so this one was not sent
        yield feedback._replace(kind=kinds.DROPPED, bounce_type="soft")
        yield _object(feedback)
    elif _text(details.get("complaintFeedbackType")).lower() in _NO_COMPLAINTS:
        yield feedback._replace(kind=kinds.OPENED)
    else:
        yield feedback


def _object(feedback):
    event_id = f"{feedback.event_id}:objected"
    return feedback._replace(kind=kinds.UNSUBSCRIBED, event_id=event_id)


def _has_left(details):
    """Return whether somebody has left all topics by SES's own page."""
    return _dict(details.get("newTopicPreferences")).get("unsubscribeAll") is True


def _find_key(mail):
    """Return our key of the message: its tag, or else its header."""
    for value in _list(_dict(mail.get("tags")).get("sk")):
        return _text(value)
    for header in _list(mail.get("headers")):
        if _text(_dict(header).get("name")).lower() == "x-sk":
            return _text(header.get("value"))
    return ""


def _get_detail(details, recipient):
    names = ("bounceType", "bounceSubType", "delayType", "complaintSubType")
    words = [_text(details.get(name)) for name in names]
    words.append(_text(details.get("complaintFeedbackType")))
    words += [_text(recipient.get(name)) for name in ("status", "diagnosticCode")]
    words += [_text(details.get(name)) for name in ("reason", "errorMessage")]
    return " ".join(" ".join(words).split())[:MAX_DETAIL]


def _read_time(text):
    try:
        moment = datetime.fromisoformat(text)
        moment = moment.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None
    # a message cannot have left before there was SES
    return moment if moment.year >= 2011 else None


def _text(value):
    return clean_text(value) if isinstance(value, str) else ""


def _dict(value):
    return value if isinstance(value, dict) else {}


def _list(value):
    return value if isinstance(value, list) else []
