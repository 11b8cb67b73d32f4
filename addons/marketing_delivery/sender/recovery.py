"""What becomes of the messages of a sender that did not come back.

Claimed ones return to the queue: nothing of them was sent. For submitting ones the
journal is asked; what it does not prove stays in doubt and is never sent again.
"""

# The statements are put together from constants of these modules, never from values.
# pylint: disable=sql-injection
# The sender commits on its own cursors: each commit is a step of its protocol.
# pylint: disable=invalid-commit

from typing import NamedTuple

from odoo.addons.marketing_base.events import insert_events

from . import answers, journal, outbox, settings, stops
from .adapter import UNKNOWN, WITHHELD, Outcome

_EXPIRED = f"lease_until < {outbox.NOW}"


class Row(NamedTuple):
    """What events and answers need to know of a message."""

    id: int
    send_key: str
    company_id: int
    customer_id: int | None
    campaign_id: int
    attempt: int
    is_old: bool


def requeue_claimed(cr):
    """Give back the messages that dead senders never let through the gate."""
    cr.execute(
        f"""
        UPDATE campaign_recipient SET state = 'queued', lease_token = NULL,
               lease_until = NULL, {outbox.TOUCH}
         WHERE id IN (SELECT id FROM campaign_recipient
                       WHERE state = 'claimed' AND {_EXPIRED}
                         FOR UPDATE SKIP LOCKED)
        """
    )


def find_tokens(cr):
    """Return the lease tokens of submitting messages that are overdue."""
    cr.execute(
        f"""
        SELECT DISTINCT lease_token FROM campaign_recipient
         WHERE state = 'submitting' AND {_EXPIRED}
        """
    )
    return [token for (token,) in cr.fetchall()]


def recover(cr, folder, token):
    """Judge the overdue messages of one sender and commit."""
    with journal.inspect(folder, token) as record:
        rows = _lock_rows(cr, token)
        batch = [(row, _judge(row, record)) for row in rows]
        batch = [(row, answer) for row, answer in batch if answer]
        answered = [answer for _row, answer in batch]
        states = outbox.settle(cr, token, answered)
        stops.stop(cr, answered, states)
        for campaign_id in {row.campaign_id for row in rows}:
            mine = [(row, a) for row, a in batch if row.campaign_id == campaign_id]
            insert_events(cr, answers.to_events(mine, states, campaign_id))
        cr.commit()
        if record.status == journal.READ:
            journal.discard(folder, token)


def _lock_rows(cr, token):
    cr.execute(
        f"""
        SELECT id, send_key, company_id, customer_id, campaign_id, attempt,
               lease_until < {outbox.NOW} + make_interval(secs => %(lease)s)
                             - make_interval(secs => %(doubt)s)
          FROM campaign_recipient
         WHERE state = 'submitting' AND lease_token = %(token)s AND {_EXPIRED}
         ORDER BY id FOR UPDATE SKIP LOCKED
        """,
        {"token": token, "lease": settings.LEASE, "doubt": settings.DOUBT},
    )
    return [Row(*row) for row in cr.fetchall()]


def _judge(row, record):
    """Return the answer for a message, or None while its sender may still report."""
    if record.status == journal.HELD and not row.is_old:
        return None
    letter, text = record.judge(row.send_key)
    if letter is None:
        outcome = Outcome(WITHHELD)
    elif letter in answers.KINDS:
        outcome = answers.from_journal(letter, text)
    else:
        outcome = Outcome(UNKNOWN, "the sender ended before the answer came")
    return answers.to_answer(row.id, row.attempt, outcome)
