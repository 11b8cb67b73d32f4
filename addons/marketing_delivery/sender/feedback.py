"""What a provider tells later about a message that it had taken.

Webhooks, queues and bounce messages are read into :class:`Feedback`; the model
``delivery.feedback`` writes it down.
"""

from datetime import datetime
from typing import NamedTuple

ACCEPTED = "accepted"  # it is being worked on: proof that it arrived, nothing more
DELIVERED = "delivered"
DEFERRED = "deferred"
BOUNCED = "bounced"
DROPPED = "dropped"  # taken, and then not sent
COMPLAINED = "complained"
UNSUBSCRIBED = "unsubscribed"
OPENED = "opened"
CLICKED = "clicked"

# Kind -> type in the event log. A provider's opens and clicks are not logged: our own
# pixel and links count them, and a campaign without tracking wants none at all.
EVENT_TYPES = {
    DELIVERED: "email_delivered",
    DEFERRED: "email_deferred",
    BOUNCED: "email_bounced",
    DROPPED: "email_dropped",
    COMPLAINED: "email_complained",
    UNSUBSCRIBED: "email_unsubscribed",
}
KINDS = (ACCEPTED, *EVENT_TYPES, OPENED, CLICKED)
# Told of each message that was taken, soon after.
RECEIPTS = (ACCEPTED, DELIVERED)


class Feedback(NamedTuple):
    """One thing that happened to one message, whatever its kind a proof that the
    provider has it.

    ``event_id`` is the provider's name of the event, the same each time it is told.
    ``occurred_at`` is UTC without zone. ``bounce_type`` is ``hard`` only when the
    address does not exist or takes no mail for good, else ``soft``.
    """

    kind: str
    send_key: str
    event_id: str
    occurred_at: datetime | None = None
    detail: str = ""
    bounce_type: str | None = None
    message_id: str | None = None
    user_agent: str | None = None
    ip: str | None = None
    url: str | None = None
    is_machine: bool = False


class Tally(NamedTuple):
    """What became of some feedbacks."""

    recorded: int = 0  # new events of the log
    known: int = 0  # told before
    traces: int = 0  # only proofs that a message had arrived
    receipts: int = 0  # of all these, those that come for each message
    unknown: int = 0  # of messages that are not ours, or not this provider's company's
