import hashlib
from datetime import timedelta
from typing import NamedTuple

from odoo import api, models

from odoo.addons.marketing_base.events import MAX_IDENTIFIER, Event, insert_events

from ..sender import feedback as kinds
from ..sender import hearsay, outbox
from ..sender.feedback import EVENT_TYPES, Tally

# Statements are put together from constants of these modules, never from values.
# pylint: disable=sql-injection

SOURCE = "provider:%s"  # of the events, by the id of the provider
UNREACHABLE = (kinds.BOUNCED, kinds.DROPPED)
_PACE = (kinds.DEFERRED, kinds.DELIVERED)
RECENT = timedelta(minutes=30)  # what was put off earlier says nothing of now
# the collation is that of the unique index: without it the whole table is read
_FIND = """
    SELECT id, send_key, company_id, customer_id, campaign_id, channel, address_key,
           email_address
      FROM campaign_recipient
     WHERE send_key COLLATE "C" = ANY(%(keys)s)
       AND (%(company)s::int IS NULL OR company_id = %(company)s)
"""
# A row that a sender still holds is only marked: its own answer is the better one, and
# `outbox.settle` turns a missing one into `sent`. A row whose answer was lost is sent,
# even if it was queued again meanwhile. `sent` rows with an answer are not touched.
_TRACE = f"""
    UPDATE campaign_recipient message
       SET traced_at = LEAST(message.traced_at, trace.at),
           sent_at = CASE WHEN message.state <> 'submitting'
                          THEN LEAST(message.traced_at, trace.at)
                          ELSE message.sent_at END,
           state = CASE WHEN message.state <> 'submitting' THEN 'sent'
                        ELSE message.state END,
           reason = CASE WHEN message.state = 'submitting' THEN message.reason END,
           reason_detail = CASE WHEN message.state = 'submitting'
                                THEN message.reason_detail END,
           {outbox.TOUCH}
      FROM unnest(%(ids)s::int[], %(moments)s::timestamp[]) AS trace(id, at)
     WHERE message.id = trace.id
       AND (message.state = 'submitting' OR message.doubted_at IS NOT NULL)
       AND (message.state NOT IN ('submitting', 'sent')
            OR message.traced_at IS NULL OR message.traced_at > trace.at)
    RETURNING message.id, message.state, message.traced_at
"""


class Message(NamedTuple):
    """What feedback needs to know of a row."""

    id: int
    send_key: str
    company_id: int
    customer_id: int | None
    campaign_id: int
    channel: str
    address_key: str
    email_address: str | None


class DeliveryFeedback(models.AbstractModel):
    """The one way of a provider's feedback into the house: events, states and stops.

    Everything may come late, twice and in any order: an event is logged once, rows
    only move up, and times on them are computed from the log by the projection.
    """

    _name = "delivery.feedback"
    _description = "Feedback of Providers"

    @api.model
    def _record(self, provider, feedbacks):
        """Write feedbacks down; return a :class:`Tally`. The caller commits.

        Meant for a READ COMMITTED cursor; under REPEATABLE READ a row that a sender
        changes at the same time makes the transaction fail, to be tried again.
        """
        # sudo: a provider's word is nobody's own; `_FIND` keeps to its company
        self = self.sudo()
        messages = self._find_messages(provider, {f.send_key for f in feedbacks})
        mine = [(messages[f.send_key], f) for f in feedbacks if f.send_key in messages]
        logged = self._prepare_events(provider, mine)
        fresh = self._select_fresh(logged)
        # before any message is locked: senders lock these counters first, too
        self._learn_pace(provider, fresh)
        self._trace(mine)
        # of two readers at once one inserts: that many are new, whoever looked before
        recorded = insert_events(self.env.cr, [event for event, _m, _f in fresh])
        self._stop([(message, f) for _event, message, f in fresh])
        return Tally(
            recorded=recorded,
            known=len(logged) - recorded,
            traces=len(mine) - len(logged),
            receipts=sum(f.kind in kinds.RECEIPTS for _message, f in mine),
            unknown=len(feedbacks) - len(mine),
        )

    def _find_messages(self, provider, keys):
        self.env["campaign.recipient"].flush_model()
        self.env.cr.execute(
            _FIND, {"keys": sorted(keys), "company": provider.company_id.id or None}
        )
        return {row[1]: Message(*row) for row in self.env.cr.fetchall()}

    # === EVENTS ===#

    def _prepare_events(self, provider, mine):
        """Return ``(event, message, feedback)`` of those that the log keeps."""
        source, now = SOURCE % provider.id, self.env.cr.now()
        return [
            (_prepare_event(source, now, message, f), message, f)
            for message, f in mine
            if f.kind in EVENT_TYPES
        ]

    def _select_fresh(self, logged):
        """Leave out what the log has already, and what comes twice here."""
        if not logged:
            return []
        self.env.cr.execute(
            """SELECT event_id FROM marketing_event_key
                WHERE source_id = %s AND event_id = ANY(%s)""",
            [logged[0][0].source_id, [event.event_id for event, *_rest in logged]],
        )
        known = {row[0] for row in self.env.cr.fetchall()}
        first = {}
        for item in logged:
            if item[0].event_id not in known:
                first.setdefault(item[0].event_id, item)
        return list(first.values())

    # === PACE ===#

    def _learn_pace(self, provider, fresh):
        """Let mailbox providers rest that put messages off lately."""
        limit, told = self.env.cr.now() - RECENT, {}
        for _event, message, f in fresh:
            is_news = f.kind in _PACE and (not f.occurred_at or f.occurred_at > limit)
            if is_news and message.channel == "email" and message.email_address:
                pair = (message.email_address, f.kind == kinds.DEFERRED)
                told.setdefault(message.company_id, []).append(pair)
        for company_id in sorted(told):
            hearsay.learn(self.env.cr, provider.id, company_id, told[company_id])
            self.env["delivery.mailbox.pace"].invalidate_model(flush=False)

    # === STATES ===#

    def _trace(self, mine):
        """Let the proof that a message arrived end its doubt."""
        moments, now = {}, self.env.cr.now()
        for message, f in mine:
            moment = min(f.occurred_at or now, now)
            moments[message.id] = min(moment, moments.get(message.id, moment))
        if not moments:
            return
        ids = sorted(moments)  # as the sender: nobody waits in a circle
        self.env.cr.execute(
            _TRACE, {"ids": ids, "moments": [moments[row_id] for row_id in ids]}
        )
        moved = {row[0]: row[2] for row in self.env.cr.fetchall() if row[1] == "sent"}
        self._log_sent({m.id: m for m, _f in mine if m.id in moved}, moved)
        self.env["campaign.recipient"].invalidate_model(flush=False)

    def _log_sent(self, messages, moments):
        insert_events(
            self.env.cr,
            [
                Event(
                    "email_sent",
                    f"sent:{message.send_key}",
                    moments[message.id],
                    message.company_id,
                    message.customer_id,
                    message.campaign_id,
                    message.id,
                )
                for message in messages.values()
            ],
        )


def _prepare_event(source, now, message, f):
    properties = {"detail": f.detail[:300]} if f.detail else {}
    if f.kind in UNREACHABLE:
        # both always: a bounce without words must not keep those of another one
        properties = {"detail": f.kind, **properties}
        properties["bounce_type"] = f.bounce_type or "soft"
    return Event(
        EVENT_TYPES[f.kind],
        _shorten(f.event_id or f"{f.kind}:{f.send_key}:{f.occurred_at}"),
        min(f.occurred_at or now, now),
        message.company_id,
        message.customer_id,
        message.campaign_id,
        message.id,
        properties,
        source,
    )


def _shorten(identifier):
    if len(identifier) <= MAX_IDENTIFIER:
        return identifier
    return hashlib.sha256(identifier.encode()).hexdigest()
