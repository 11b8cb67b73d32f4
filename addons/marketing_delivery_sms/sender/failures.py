"""What an error of an HTTP call says about the message: sent, not sent, or unknown."""

import requests
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from odoo.addons.marketing_delivery.sender.adapter import (
    PERMANENT,
    TRANSIENT,
    UNKNOWN,
    Outcome,
)

# The account, not the message, is what they refuse.
LOGIN_CODES = (401, 402, 403, 404, 407)
BUSY_CODES = (408, 425, 429)
_MAX_REPLY = 300


def clean_reply(text):
    """Return an answer as one short line."""
    return " ".join(str(text).split())[:_MAX_REPLY]


def judge_status(status, text):
    """Return ``(outcome, why the provider is down or None)`` for an HTTP answer.

    A server that broke may have sent the message before it did.
    """
    reply = clean_reply(f"{status} {text}")
    if status in LOGIN_CODES:
        return Outcome(TRANSIENT, reply, "POST"), reply
    if status in BUSY_CODES:
        return Outcome(TRANSIENT, reply, "POST"), None
    if 400 <= status < 500:
        return Outcome(PERMANENT, reply, "POST"), None
    return Outcome(UNKNOWN, reply, "POST"), None


def judge_error(error):
    """The same for an exception, whatever it was wrapped into on its way."""
    for cause in _list_causes(error):
        if isinstance(cause, requests.HTTPError) and cause.response is not None:
            return judge_status(cause.response.status_code, cause.response.reason or "")
        if isinstance(cause, (ConnectTimeoutError, NewConnectionError)):
            outcome = Outcome(TRANSIENT, "no connection to the gateway", "CONNECT")
            return outcome, outcome.reply
    reply = clean_reply(f"no answer: {type(error).__name__}")
    return Outcome(UNKNOWN, reply, "POST"), None


def _list_causes(error):
    """All errors behind one: causes, contexts, and what urllib3 keeps as a reason."""
    waiting, seen = [error], set()
    while waiting:
        cause = waiting.pop()
        if not isinstance(cause, BaseException) or id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        waiting += [cause.__cause__, cause.__context__, getattr(cause, "reason", None)]
        waiting += [item for item in cause.args if isinstance(item, BaseException)]
