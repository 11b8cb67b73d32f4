"""What an answer of SES means for its message; no connection here.

A definite no is what SES documents as one: an error of its own with a status of the
4xx. Everything else that is not a yes may be one.
"""

import re
from typing import NamedTuple

from odoo.addons.marketing_base.scrub import scrub_text
from odoo.addons.marketing_delivery.sender.adapter import ACCEPTED, PERMANENT, UNKNOWN
from odoo.addons.marketing_delivery.sender.retry_after import read_retry_after

RATE = "rate"  # too fast: nobody's message is to blame, and it is soon over
QUOTA = "quota"
BUSY = "busy"  # it says itself for how long
SANDBOX = "sandbox"  # the account may write to verified addresses only
DOWN = "down"
QUOTA_WAIT = 3600.0  # seconds; the quota is of the last 24 hours, so it comes back
SANDBOX_WAIT = 3600.0
RATE_WAIT = 5.0
_TOO_MANY = frozenset(
    "TooManyRequestsException LimitExceededException Throttling ThrottlingException"
    " RequestThrottled".split()
)
_NOT_ME = "the access key is not known to AWS"
_NOT_MINE = "the secret access key is wrong, or the clock of this server"
_DOWN = {
    "AccountSuspendedException": "SES has suspended the account",
    "SendingPausedException": "SES has paused the account or the configuration set",
    "MailFromDomainNotVerifiedException": "the MAIL FROM domain is not verified",
    "NotFoundException": "the configuration set is not known to SES",
    "AccessDenied": "the access key lacks a permission",
    "AccessDeniedException": "the access key lacks a permission",
    "InvalidClientTokenId": _NOT_ME,
    "UnrecognizedClientException": _NOT_ME,
    "IncompleteSignature": _NOT_MINE,
    "InvalidSignatureException": _NOT_MINE,
    "RequestExpired": _NOT_MINE,
    "SignatureDoesNotMatch": _NOT_MINE,
    "OptInRequired": "the region is not enabled for the account",
}
_STRANGER = "what answers here is not SES"
_SHARED = re.compile(r"configuration set|\btags?\b", re.I)
_ADDRESS = re.compile(r"\baddress|@domain|\bdomain\b", re.I)
_STOPPED = re.compile(r"suspended|paused", re.I)


class Verdict(NamedTuple):
    """``is_address``: the message is refused because of its address."""

    kind: str
    text: str = ""
    message_id: str | None = None
    wait: float = 0.0
    is_address: bool = False


def judge(answer, sender="", address=""):
    """Return the :class:`Verdict` of an answer to a message."""
    text = describe(answer)
    if answer.status == 200:
        return _judge_yes(answer, text)
    if answer.status == 429 or (answer.code in _TOO_MANY and answer.status == 400):
        return _judge_busy(answer, text)
    if answer.status in (400, 401, 403, 404, 405, 413):
        return _judge_no(answer, text, sender, address)
    return Verdict(UNKNOWN, text)


def judge_lost(error):
    """Return the verdict of a request without a whole answer."""
    return Verdict(UNKNOWN, str(error)[:250])


def describe(answer):
    """Return one line without addresses."""
    words = (str(answer.status), answer.code.strip(), answer.text.partition("\n")[0])
    text = " ".join(word for word in words[1:] if word and word != words[0])
    return " ".join(scrub_text(f"{words[0]} {text}").split())[:250]


def _judge_yes(answer, text):
    identifier = answer.values.get("MessageId")
    if not identifier:
        return Verdict(UNKNOWN, f"{text}, but {_STRANGER}")
    return Verdict(ACCEPTED, text, str(identifier)[:100])


def _judge_busy(answer, text):
    if "quota" in answer.text.lower():
        return Verdict(QUOTA, text, wait=QUOTA_WAIT)
    if asked := answer.headers["Retry-After"]:
        return Verdict(BUSY, text, wait=read_retry_after(asked))
    return Verdict(RATE, text, wait=RATE_WAIT)


def _judge_no(answer, text, sender, address):
    if reason := _DOWN.get(answer.code):
        return Verdict(DOWN, f"{reason}: {text}")
    if answer.code == "MessageRejected":
        return _judge_rejected(answer, text, sender, address)
    if answer.status == 413:
        return Verdict(PERMANENT, text)
    if answer.code in ("", str(answer.status)):
        return Verdict(DOWN, f"{_STRANGER}: {text}")
    if answer.status != 400:
        return Verdict(DOWN, f"SES refuses: {text}")
    if _SHARED.search(answer.text):
        return Verdict(DOWN, f"the campaign is refused: {text}")
    return Verdict(PERMANENT, text, is_address=bool(_ADDRESS.search(answer.text)))


def _judge_rejected(answer, text, sender, address):
    """Content that is refused, or an identity that is not verified."""
    told = answer.text.lower()
    if _STOPPED.search(told):
        return Verdict(DOWN, f"SES has suspended the account: {text}")
    if "not verified" not in told:
        return Verdict(PERMANENT, text)
    if address and address.lower() in told and sender.lower() not in told:
        return Verdict(
            SANDBOX, f"the account is in the sandbox: {text}", wait=SANDBOX_WAIT
        )
    return Verdict(DOWN, f"the sender is not verified in this region: {text}")
