"""The gate: the one UPDATE that lets claimed messages go to a provider.

Runs under READ COMMITTED on a cursor of the sender, as ``outbox`` does. What a message
is asked is ``campaign.recipient._gate_sql()``.
"""

# The statements are put together from constants of these modules, never from values.
# pylint: disable=sql-injection

from odoo.tools import SQL

from . import prepared, settings
from .outbox import NOW, TOUCH

# Verdicts of the gate that send a message back into the queue.
RETURNING = ("paused", "too_early", "outside_window")
# Those that end a pump: no other message would pass either, or the messages have to be
# given another time before the next pump.
CLOSING = frozenset(("paused", "cancelled", "outside_window"))

# Two senders at one person wait for each other: the second sees what the first let
# through. The keys are sorted, so nobody waits in a circle.
_LOCK_PERSONS = """
    WITH person AS MATERIALIZED (
        SELECT hashtextextended('customer:' || customer_id, 0) AS customer,
               hashtextextended('address:' || address_key, 0) AS address
          FROM campaign_recipient WHERE id = ANY(%(ids)s::int[])
    )
    SELECT count(pg_advisory_xact_lock(key))
      FROM (SELECT customer AS key FROM person WHERE customer IS NOT NULL
             UNION SELECT address FROM person ORDER BY 1) keys
"""

_ASKED = """
    asked AS MATERIALIZED (
        SELECT * FROM unnest(%(ids)s::int[], %(opens)s::timestamp[],
                             %(closes)s::timestamp[]) AS asked(id, opens, closes))
"""

# The commit that follows has to be on disk before the first byte leaves.
DURABLE = "SET LOCAL synchronous_commit TO on"
# `|| ''`: found by their ids, not by the index of all that any sender has claimed,
# which statistics take for few.
_PASS = f"""
    WITH {_ASKED}
    UPDATE campaign_recipient message
       SET state = CASE
               WHEN verdict.reason IS NULL THEN 'submitting'
               WHEN verdict.reason = ANY(%(returning)s::text[])
                 OR verdict.not_before IS NOT NULL THEN 'queued'
               WHEN verdict.reason IN ('cancelled', 'held_out') THEN verdict.reason
               ELSE 'skipped' END,
           reason = CASE WHEN verdict.reason <> ALL(%(returning)s::text[])
                         THEN verdict.reason END,
           not_before = COALESCE(verdict.not_before, message.not_before),
           counted_at = CASE WHEN verdict.reason IS NULL AND verdict.is_capped
                             THEN {NOW} END,
           lease_token = CASE WHEN verdict.reason IS NULL THEN lease_token END,
           lease_until = CASE WHEN verdict.reason IS NULL THEN
               {NOW} + make_interval(secs => %(lease)s::float) END,
           {TOUCH}
      FROM (%(gate)s) verdict
     WHERE message.id = verdict.id AND verdict.is_first
       AND message.state || '' = 'claimed' AND message.lease_token = %(token)s::text
       AND message.lease_until > {NOW}
    RETURNING message.id, verdict.reason
"""


def pass_gate(cr, gate, token, ids, hours=None):
    """Let claimed messages through the gate; return ``{id: reason}``, None = passed.

    ``gate`` is ``campaign.recipient._gate_sql()``, ``hours`` an ``Opening`` a message,
    in which its customer may be written to. The persons stay locked until the commit
    that follows; it must be on disk before the first byte of a message leaves.

    Of several messages to one person each has a turn of its own: then the caps see
    those that were let through before.
    """
    verdicts, waiting, found = {}, list(ids), True
    while waiting and found:
        values = {
            **_prepare_asked(waiting, hours or {}),
            "token": token,
            "lease": settings.LEASE,
            "returning": list(RETURNING),
        }
        prepared.execute(cr, _PASS, values, first=[DURABLE, _LOCK_PERSONS], gate=gate)
        found = dict(cr.fetchall())
        verdicts |= found
        waiting = [row_id for row_id in waiting if row_id not in verdicts]
    return verdicts


def judge(cr, gate, ids, hours=None):
    """Ask the gate without moving anything; return ``{id: (reason, not_before)}``."""
    values = _prepare_asked(ids, hours or {})
    statement = f"WITH {_ASKED} SELECT id, reason, not_before FROM (%(gate)s) verdict"
    cr.execute(SQL(statement, gate=gate, **values))
    return {row[0]: row[1:] for row in cr.fetchall()}


def _prepare_asked(ids, hours):
    found = [hours.get(row_id) or (None, None) for row_id in ids]
    return {
        "ids": list(ids),
        "opens": [opens for opens, _closes in found],
        "closes": [closes for _opens, closes in found],
    }
