"""What a message in the bounce mailbox says, as plain data; no Odoo, no database."""

import re
from datetime import datetime
from typing import NamedTuple

FAILED, DELAYED, DELIVERED = "failed", "delayed", "delivered"
COMPLAINT, OPT_OUT = "complaint", "opt_out"
AUTO_REPLY, OTHER = "auto_reply", "other"
MAX_DETAIL = 300
# RFC 3463: class, subject, detail
STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_CODE = re.compile(r"(?<![\d.-])([45])\d\d(?=[ -])")
# The address exists, or nobody knows whether it does: its mailbox is full, the way is
# blocked, the sender's own address is wrong (5.1.7, 5.1.8), or the message was too big
# or not liked. 5.4.4 and 5.4.310: no such domain.
_SOFT = re.compile(r"5\.(1\.[78]|2\.[234]|3\.\d+|4\.(?!4$|310$)\d+|6\.\d+|7\.\d+)")


class Notice(NamedTuple):
    """One message of the mailbox.

    ``addresses`` are those it was sent to, ``returned_to`` the return paths of the
    message that it is about: either may hold our signed address. ``send_key`` is what
    the returned copy says, and proves nothing.
    """

    kind: str
    identifier: str
    addresses: tuple = ()
    returned_to: tuple = ()
    send_key: str | None = None
    status: str | None = None
    recipient: str | None = None
    detail: str = ""
    occurred_at: datetime | None = None


def find_status(text):
    """Return the first status code in a text, made up from an SMTP code if need be."""
    found = STATUS.search(text)
    if found:
        return found[0]
    found = _CODE.search(text)
    return found and f"{found[1]}.0.0"


def get_bounce_type(status):
    """Return ``hard`` when the address takes no mail for good, else ``soft``.

    A policy (5.7) is the sender's problem: one wrong record in DNS would otherwise
    stop every address of a provider for ever.
    """
    is_hard = (status or "").startswith("5.") and not _SOFT.fullmatch(status)
    return "hard" if is_hard else "soft"


def shorten(text):
    return " ".join(text.split())[:MAX_DETAIL]
