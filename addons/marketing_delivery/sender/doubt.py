"""Messages whose request was lost, and of which the provider never gave a sign.

A provider with receipts tells of each message that it has taken. When its webhook has
worked for a day after the loss, and told nothing of any message of that sender, the
request never arrived: the messages go back into the queue. "Worked" means that receipts
of other messages came in each quarter of that day, and that nothing which came was left
unread.
"""

# The statements are put together from constants of these modules, never from values.
# pylint: disable=sql-injection

from . import outbox

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


def requeue_silent(cr, types):
    """Queue again what provably never arrived; return ``{campaign id: number}``.

    :param types: the provider types whose webhook tells of each message
    """
    if not types:
        return {}
    cr.execute(_REQUEUE, {"types": list(types)})
    numbers = {}
    for (campaign_id,) in cr.fetchall():
        numbers[campaign_id] = numbers.get(campaign_id, 0) + 1
    return numbers
