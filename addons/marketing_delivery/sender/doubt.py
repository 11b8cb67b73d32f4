"""Messages in doubt that are sent again by themselves.

Of marketing only those that provably never arrived: whose request was lost, and of
which the provider never gave a sign.

A provider with receipts tells of each message that it has taken. When its webhook has
worked for a day after the loss, and told nothing of any message of that sender, the
request never arrived: the messages go back into the queue. "Worked" means that receipts
of other messages came in each quarter of that day, and that nothing which came was left
unread.

Transactional messages may choose to arrive twice rather than never: these go back at
once, a limited number of times, and leave with the same Message-ID.
"""

# The statements are put together from constants of these modules, never from values.
# pylint: disable=sql-injection

from collections import Counter

from . import outbox, settings

HOURS = 24
QUARTER = HOURS * 3600 // 4
CHUNK = 1000

_REQUEUE = f"""
    WITH silent AS (
        SELECT message.id
          FROM campaign_recipient message
          JOIN delivery_provider provider ON provider.id = message.provider_id
         WHERE message.state = 'in_doubt' AND message.traced_at IS NULL
           AND message.doubted_at < {outbox.NOW} - make_interval(hours => {HOURS})
           AND provider.provider_type = ANY(%(types)s)
           AND NOT EXISTS (
               SELECT FROM campaign_recipient sibling
                WHERE sibling.lease_token = message.lease_token
                  AND sibling.traced_at IS NOT NULL)
           AND NOT EXISTS (
               SELECT FROM delivery_webhook webhook
                WHERE webhook.provider_id = provider.id
                  AND webhook.received_at >= message.doubted_at
                  AND webhook.state <> 'processed')
           AND 4 = (
               SELECT count(DISTINCT div(EXTRACT(
                          epoch FROM webhook.received_at - message.doubted_at),
                          {QUARTER}))
                 FROM delivery_webhook webhook
                WHERE webhook.provider_id = provider.id
                  AND webhook.receipt_count > 0
                  AND webhook.received_at >= message.doubted_at
                  AND webhook.received_at <
                      message.doubted_at + make_interval(hours => {HOURS}))
         ORDER BY message.id LIMIT {CHUNK}
           FOR UPDATE OF message SKIP LOCKED
    )
    UPDATE campaign_recipient message
       SET state = 'queued', reason = 'no_trace', reason_detail = NULL,
           lease_token = NULL, lease_until = NULL, not_before = NULL,
           counted_at = NULL, {outbox.TOUCH}
      FROM silent WHERE silent.id = message.id
    RETURNING message.campaign_id
"""
# The token is forgotten, so an answer that comes late changes nothing any more; the
# time of the first doubt stays, so a sign of the provider still makes it `sent`.
_REPEAT = f"""
    WITH lost AS (
        SELECT message.id
          FROM campaign_recipient message
          JOIN email_campaign campaign ON campaign.id = message.campaign_id
         WHERE message.state = 'in_doubt' AND message.traced_at IS NULL
           AND message.reason = 'no_answer'
           AND COALESCE(message.opened_at, message.machine_opened_at,
                        message.clicked_at) IS NULL
           AND message.attempt < %(attempts)s
           AND campaign.is_transactional AND campaign.at_least_once
           AND campaign.status IN ('running', 'completed')
         ORDER BY message.id LIMIT {CHUNK}
           FOR UPDATE OF message SKIP LOCKED
    )
    UPDATE campaign_recipient message
       SET state = 'queued', reason = 'answer_lost', reason_detail = NULL,
           resend_count = COALESCE(message.resend_count, 0) + 1,
           lease_token = NULL, lease_until = NULL, counted_at = NULL,
           not_before = {outbox.NOW}
               + make_interval(secs => %(wait)s * 2 ^ LEAST(message.attempt - 1, 10)),
           {outbox.TOUCH}
      FROM lost WHERE lost.id = message.id
    RETURNING message.campaign_id
"""


def requeue_silent(cr, types):
    """Queue again what provably never arrived; return ``{campaign id: number}``.

    :param types: the provider types whose webhook tells of each message
    """
    if not types:
        return {}
    cr.execute(_REQUEUE, {"types": list(types)})
    return _count(cr)


def repeat_lost(cr):
    """Queue lost messages of those who want them twice rather than never.

    Return ``{campaign id: number}``. After ``settings.MAX_ATTEMPTS`` a message stays in
    doubt, for a person.
    """
    values = {"attempts": settings.MAX_ATTEMPTS, "wait": settings.RETRY}
    cr.execute(_REPEAT, values)
    return _count(cr)


def _count(cr):
    """Return how often each campaign was returned."""
    return dict(Counter(campaign_id for (campaign_id,) in cr.fetchall()))
