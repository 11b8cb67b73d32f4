"""How an account is doing, by its own word; asked once a minute in a process.

``GetAccount`` may be called about once a second for a whole account, and each
connection of a campaign wants to know.
"""

import threading
import time
from typing import NamedTuple

from odoo.addons.marketing_delivery.sender.adapter import ProviderDown

from .replies import BUSY, DOWN, QUOTA, QUOTA_WAIT, RATE, describe, judge

MAX_AGE = 60.0  # seconds
MOST_KNOWN = 50  # accounts
_LOCK = threading.Lock()
_KNOWN = {}  # account -> (when it was asked, health)


class Health(NamedTuple):
    """``quota`` is of 24 hours, ``rate`` of a second; None is not known or no limit."""

    quota: int | None = None
    rate: float | None = None
    sent: int = 0
    is_sandbox: bool = False
    is_on_probation: bool = False


def ask(account, wire, max_age=MAX_AGE):
    """Return the :class:`Health`; raise :class:`ProviderDown` when nothing can be sent.

    The connection of ``wire`` is open; its answer is not older than ``max_age``.
    """
    known = _KNOWN.get(account)
    if known and time.monotonic() - known[0] < max_age:
        return known[1]
    answer = wire.call("get_account")
    kind = judge(answer).kind
    if kind in (RATE, BUSY, QUOTA) and answer.status == 429:
        # the login is right, and somebody else has just asked
        return known[1] if known else Health()
    health = _read(answer, kind)
    with _LOCK:
        if len(_KNOWN) >= MOST_KNOWN:
            _KNOWN.clear()
        _KNOWN[account] = time.monotonic(), health
    return health


def look_up(account):
    """Return what was last told in this process, or None."""
    known = _KNOWN.get(account)
    return known and known[1]


def forget(account):
    """Have the next connection ask again."""
    with _LOCK:
        _KNOWN.pop(account, None)


def _read(answer, kind):
    if answer.status != 200:
        text = judge(answer).text if kind == DOWN else describe(answer)
        raise ProviderDown(text)
    values = answer.values
    if "SendingEnabled" not in values:
        raise ProviderDown("what answers here is not SES")
    status = values.get("EnforcementStatus")
    if not values["SendingEnabled"] or status == "SHUTDOWN":
        raise ProviderDown("SES has switched off sending for this account and region")
    health = Health(
        *_read_quota(values.get("SendQuota") or {}),
        is_sandbox=values.get("ProductionAccessEnabled") is False,
        is_on_probation=status == "PROBATION",
    )
    if health.quota is not None and health.sent >= health.quota:
        raise ProviderDown("the account's quota of 24 hours is used up", QUOTA_WAIT)
    return health


def _read_quota(quota):
    most, rate = quota.get("Max24HourSend"), quota.get("MaxSendRate")
    return (
        int(most) if most is not None and most >= 0 else None,
        rate if rate and rate > 0 else None,
        int(quota.get("SentLast24Hours") or 0),
    )
