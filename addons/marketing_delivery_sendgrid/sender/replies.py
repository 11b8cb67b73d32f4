"""What an answer of SendGrid means for the messages of its request; no connection here.

A definite no is what SendGrid documents as one: 400, 401, 403, 404, 405, 413, 429.
"""

import json
from typing import NamedTuple

from odoo.addons.marketing_base.scrub import scrub_text
from odoo.addons.marketing_delivery.sender.adapter import ACCEPTED, UNKNOWN
from odoo.addons.marketing_delivery.sender.retry_after import read_retry_after

VERB = "POST"
REFUSED = "refused"  # one of the messages, or the request's size
BUSY = "busy"
DOWN = "down"  # nobody's message is to blame
_TOO_LARGE = 413
_DOWN = {
    401: "the API key is wrong",
    403: "the API key or the sender address is not allowed to send",
    404: "there is no mail interface at this address",
    405: "there is no mail interface at this address",
}


class Verdict(NamedTuple):
    """``is_address``: one message is refused because of its address."""

    kind: str
    text: str
    message_id: str | None = None
    wait: float = 0.0
    is_address: bool = False


def judge(reply, *, shares):
    """Return the :class:`Verdict` of an answer.

    :param shares: whether the content in the request is that of all messages
    """
    status = reply.status
    errors = _read_errors(reply.body)
    text = _describe(status, errors)
    if status in (200, 202):
        return _judge_yes(reply, text)
    if status == 429:
        return Verdict(BUSY, text, wait=read_retry_after(reply.headers["Retry-After"]))
    if status in _DOWN:
        return Verdict(DOWN, f"{_DOWN[status]}: {text}")
    if status == _TOO_LARGE:
        return Verdict(REFUSED, text)
    if status == 400:
        return _judge_no(errors, text, shares)
    return Verdict(UNKNOWN, text)


def judge_lost(error):
    """Return the verdict of a request without a whole answer."""
    return Verdict(UNKNOWN, str(error)[:250])


def _judge_yes(reply, text):
    """An accepted request has an identifier and no text; a page is somebody else's."""
    identifier = reply.headers["X-Message-Id"]
    if reply.body.strip() and not identifier:
        return Verdict(UNKNOWN, f"{text}, but the answer is not SendGrid's")
    return Verdict(ACCEPTED, text, identifier and identifier.strip()[:100] or None)


def _judge_no(errors, text, shares):
    fields = [field for field, _message in errors]
    if any(field.startswith("personalizations") for field in fields):
        is_address = any(_is_address(field) for field in fields)
        return Verdict(REFUSED, text, is_address=is_address)
    own = ("content",) if not shares else ()
    if all(fields) and fields and not any(field.startswith(own) for field in fields):
        # sender, subject or content: the next request would be refused as well
        return Verdict(DOWN, f"the campaign is refused: {text}")
    return Verdict(REFUSED, text)


def _is_address(field):
    """``personalizations.0.to.0.email``"""
    names = field.split(".")
    return "to" in names and names[-1] == "email"


def _read_errors(body):
    """Return ``(field, message)`` pairs of an answer, as far as there are any."""
    try:
        found = json.loads(body)["errors"]
        pairs = [(error.get("field"), error.get("message")) for error in found]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return []
    return [
        ("" if field in (None, "null") else str(field), str(message or ""))
        for field, message in pairs
    ]


def _describe(status, errors):
    """Return one line without addresses."""
    text = "; ".join(message for _field, message in errors if message)
    return " ".join(scrub_text(f"{status} {text}").split())[:250]
