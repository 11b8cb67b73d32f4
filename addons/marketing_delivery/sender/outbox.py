"""The sending protocol as SQL on ``campaign_recipient``.

All statements run under READ COMMITTED on a cursor of the sender, name the lease
token, and use the database's clock.
"""

# The statements are put together from constants of these modules, never from values.
# pylint: disable=sql-injection

from typing import NamedTuple

from . import prepared, settings
from .content import Recipient

# The row's transaction id lets a projection read it once its transaction is over.
TOUCH = "xact_id = pg_current_xact_id()::text::bigint"
NOW = "clock_timestamp() AT TIME ZONE 'UTC'"
# For what need not be on disk before the next step; a later commit that has to be puts
# it there as well, and no sender waits for the disk until then.
NOT_DURABLE = "SET LOCAL synchronous_commit TO off"

_DOMAIN = "lower(split_part(COALESCE(message.email_address, ''), '@', 2))"
ROUTED = f"""
    (%(only)s::text[] IS NULL OR {_DOMAIN} = ANY(%(only)s))
    AND {_DOMAIN} <> ALL(%(skip)s::text[])
"""
_CLAIM = f"""
    WITH picked AS (
        SELECT message.id
          FROM campaign_recipient message
          JOIN email_campaign campaign ON campaign.id = message.campaign_id
         WHERE message.campaign_id = %(campaign_id)s
           AND message.state = 'queued' AND message.channel = campaign.channel
           AND (message.not_before IS NULL OR message.not_before <= {NOW})
           AND campaign.status = 'running' AND {ROUTED}
         ORDER BY message.priority DESC, message.id
         LIMIT %(limit)s
           FOR UPDATE OF message SKIP LOCKED
    ), claimed AS (
        UPDATE campaign_recipient message
           SET state = 'claimed', lease_token = %(token)s,
               provider_id = %(provider_id)s,
               lease_until = {NOW} + make_interval(secs => %(lease)s), {TOUCH}
          FROM picked WHERE message.id = picked.id
        RETURNING message.*
    )
    SELECT claimed.id, customer_id, claimed.company_id, email_address, send_key,
           step_key, variant, offer_reference, attempt, partner.name, partner.tz,
           country.code
      FROM claimed
      LEFT JOIN res_partner partner ON partner.id = claimed.customer_id
      LEFT JOIN res_country country ON country.id = partner.country_id
     ORDER BY priority DESC, claimed.id
"""

# A message that the provider has given a sign of is sent, whatever its answer was; a
# definite no that comes after the lease was lost ends it.
_IS_TRACED = "message.traced_at IS NOT NULL AND answer.state <> 'sent'"
_IS_LOST = "message.state = 'in_doubt' AND answer.state = 'queued'"
_SETTLE = f"""
    UPDATE campaign_recipient message
       SET state = CASE WHEN {_IS_TRACED} THEN 'sent'
                        WHEN {_IS_LOST} THEN 'failed' ELSE answer.state END,
           reason = CASE WHEN {_IS_TRACED} THEN NULL
                         WHEN {_IS_LOST} THEN 'lease_lost' ELSE answer.reason END,
           reason_detail = CASE WHEN NOT ({_IS_TRACED}) THEN answer.detail END,
           message_id = COALESCE(answer.message_id, message.message_id),
           attempt = message.attempt + answer.attempts,
           not_before = CASE WHEN answer.wait > 0
               THEN {NOW} + make_interval(secs => answer.wait)
               ELSE message.not_before END,
           sent_at = CASE WHEN answer.state = 'sent'
                          THEN {NOW} - make_interval(secs => answer.age)
                          WHEN {_IS_TRACED} THEN message.traced_at
                          ELSE message.sent_at END,
           doubted_at = CASE answer.state WHEN 'in_doubt' THEN {NOW}
                             WHEN 'sent' THEN NULL ELSE message.doubted_at END,
           traced_at = CASE WHEN answer.state <> 'sent' THEN message.traced_at END,
           counted_at = CASE WHEN {_IS_TRACED} OR answer.state IN ('sent', 'in_doubt')
                             THEN message.counted_at END,
           bounced_at = CASE WHEN answer.bounce_type IS NOT NULL
                              AND answer.state = 'failed' THEN {NOW}
                             ELSE message.bounced_at END,
           bounce_type = CASE WHEN answer.bounce_type IS NOT NULL
                               OR message.bounced_at IS NULL THEN answer.bounce_type
                              ELSE message.bounce_type END,
           bounce_reason = CASE WHEN answer.bounce_type IS NOT NULL THEN answer.detail
                                WHEN message.bounced_at IS NOT NULL
                                THEN message.bounce_reason END,
           lease_token = CASE WHEN answer.state = 'in_doubt'
                              THEN message.lease_token END,
           lease_until = NULL,
           {TOUCH}
      FROM unnest(%(ids)s::int[], %(states)s::text[], %(reasons)s::text[],
                  %(details)s::text[], %(message_ids)s::text[], %(attempts)s::int[],
                  %(waits)s::float[], %(ages)s::float[], %(bounces)s::text[])
           AS answer(id, state, reason, detail, message_id, attempts, wait, age,
                     bounce_type)
     WHERE message.id = answer.id AND message.lease_token = %(token)s::text
       AND message.state IN ('claimed', 'submitting', 'in_doubt')
    RETURNING message.id, message.state
"""


# The values of an `Answer`, in its order.
_COLUMNS = ("ids", "states", "reasons", "details", "message_ids", "attempts") + (
    "waits",
    "ages",
    "bounces",
)


class Answer(NamedTuple):
    """The new state of one message."""

    id: int
    state: str
    reason: str | None = None
    detail: str | None = None
    message_id: str | None = None
    attempts: int = 0
    wait: float = 0.0
    age: float = 0.0
    bounce_type: str | None = None


class Route(NamedTuple):
    """Domains of recipients that a pump may claim (None: all), or must leave."""

    only: tuple | None = None
    skip: tuple = ()


def claim(cr, *, campaign_id, provider_id, token, limit, route=None):
    """Lease up to ``limit`` due messages of a running campaign.

    A claim that a crash of PostgreSQL undoes has let nothing leave.
    """
    cr.execute(
        f"{NOT_DURABLE}; {_CLAIM}",
        {
            "campaign_id": campaign_id,
            "provider_id": provider_id,
            "token": token,
            "limit": limit,
            **prepare_route(route or Route()),
            "lease": settings.LEASE,
        },
    )
    return [Recipient(*row) for row in cr.fetchall()]


def prepare_route(route):
    only = None if route.only is None else list(route.only)
    return {"only": only, "skip": list(route.skip)}


def read_now(cr):
    """The database's clock decides, as everywhere in sending."""
    cr.execute(f"SELECT {NOW}")
    return cr.fetchone()[0]


def settle(cr, token, answers):
    """Write answers; return ``{id: state}`` of the rows that were still ours."""
    if not answers:
        return {}
    # sorted, as feedback locks them: neither waits for the other in a circle
    values = zip(*sorted(answers, key=lambda answer: answer.id), strict=True)
    columns = {n: list(v) for n, v in zip(_COLUMNS, values, strict=True)}
    prepared.execute(cr, _SETTLE, {"token": token, **columns})
    return dict(cr.fetchall())


def note_units(cr, token, units):
    """Write how many units of the provider's price each message will cost.

    ``units`` is ``{id: number}`` of those that cost more than one.
    """
    if units:
        cr.execute(
            """
            UPDATE campaign_recipient message SET units = priced.units
              FROM unnest(%s::int[], %s::int[]) AS priced(id, units)
             WHERE message.id = priced.id AND message.lease_token = %s
            """,
            [list(units), list(units.values()), token],
        )


def release(cr, token, ids):
    """Give back which of ``ids`` were claimed and not let through the gate."""
    if not ids:
        return
    cr.execute(
        f"""
        UPDATE campaign_recipient
           SET state = 'queued', lease_token = NULL, lease_until = NULL, {TOUCH}
         WHERE id = ANY(%s) AND lease_token = %s AND state = 'claimed'
        """,
        [sorted(ids), token],
    )


def cancel_left(cr, campaign_id):
    """Cancel what came back into the queue of a cancelled campaign."""
    cr.execute(
        f"""
        UPDATE campaign_recipient message
           SET state = 'cancelled', reason = 'cancelled', {TOUCH}
          FROM email_campaign campaign
         WHERE campaign.id = %s AND campaign.status = 'cancelled'
           AND message.campaign_id = campaign.id AND message.state = 'queued'
        """,
        [campaign_id],
    )
