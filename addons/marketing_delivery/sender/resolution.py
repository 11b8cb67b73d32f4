"""What a person decides of messages in doubt, as SQL on ``campaign_recipient``.

Each statement changes only what is still in doubt when it comes to the row: of two
people one wins, and a sign of the provider that came before them stays. A sign that
comes after them wins too: ``doubted_at`` stays on the row, by which feedback knows it.
"""

# The statements are put together from constants of these modules, never from values.
# pylint: disable=sql-injection

from typing import NamedTuple

from . import outbox

AGAIN = "~again"  # ends the step key of a message that is sent again, before a number

# What does not leave frees the caps on its customer, as for any other outcome.
_RESOLVE = f"""
    WITH doubtful AS (
        SELECT id FROM campaign_recipient
         WHERE id = ANY(%(ids)s) AND state = 'in_doubt'
         ORDER BY id FOR NO KEY UPDATE
    )
    UPDATE campaign_recipient message
       SET state = %(state)s, reason = %(reason)s,
           sent_at = CASE WHEN %(state)s = 'sent'
                          THEN COALESCE(doubted_at, {outbox.NOW})
                          ELSE sent_at END,
           counted_at = CASE WHEN %(state)s = 'sent' THEN counted_at END,
           lease_until = NULL, {outbox.TOUCH}
      FROM doubtful WHERE message.id = doubtful.id AND message.state = 'in_doubt'
    RETURNING message.id, message.campaign_id, message.company_id, message.customer_id,
              message.send_key, message.sent_at
"""
_REPEAT = f"""
    INSERT INTO campaign_recipient ({{columns}}, step_key)
    SELECT {{columns}}, split_part(step_key, '{AGAIN}', 1) || '{AGAIN}'
           || COALESCE(NULLIF(split_part(step_key, '{AGAIN}', 2), '')::int, 0) + 1
      FROM campaign_recipient WHERE id = ANY(%(ids)s) ORDER BY id
        ON CONFLICT DO NOTHING
    RETURNING campaign_id
"""
_HOLD = """
    SELECT id, name, status FROM email_campaign
     WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE
"""


class Resolved(NamedTuple):
    """A message whose doubt has just been ended."""

    id: int
    campaign_id: int
    company_id: int
    customer_id: int | None
    send_key: str
    sent_at: object


def resolve(cr, ids, state, reason):
    """End the doubt of those that are still in doubt; return them."""
    cr.execute(_RESOLVE, {"ids": sorted(ids), "state": state, "reason": reason})
    return [Resolved(*row) for row in cr.fetchall()]


def repeat(cr, ids, columns):
    """Queue these messages anew, as a further step; return ``{campaign id: number}``.

    :param columns: the names of what the new message takes over
    """
    cr.execute(_REPEAT.format(columns=", ".join(columns)), {"ids": list(ids)})
    numbers = {}
    for (campaign_id,) in cr.fetchall():
        numbers[campaign_id] = numbers.get(campaign_id, 0) + 1
    return numbers


def hold_campaigns(cr, ids):
    """Keep them from being completed meanwhile; return (id, name, status)."""
    cr.execute(_HOLD, [list(ids)])
    return cr.fetchall()
