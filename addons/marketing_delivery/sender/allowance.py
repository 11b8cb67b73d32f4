"""Take what may still be sent from every allowance that a message draws on.

A message draws on the allowance of its provider, its company, its sender's domain, its
topic and, while brakes are on, its campaign. All counters are locked in one order, and
until the caller's commit: two senders never spend the same allowance, and nothing is
counted for a transaction that fails. All senders of a provider meet at these rows, so
that commit comes soon and does not wait for the disk.
"""

# The statements are put together from constants of these modules, never from values.
# pylint: disable=sql-injection

from datetime import datetime
from typing import NamedTuple

from . import prepared
from .outbox import NOT_DURABLE
from .windows import LEFT, NOW, OVER, WINDOWS, count_sql, give_back_sql, used_sql


class Pools(NamedTuple):
    """The records whose allowances a pump draws on; None where there is none."""

    provider: int
    company: int | None = None
    domain: int | None = None
    topic: int | None = None
    campaign: int | None = None


class Room(NamedTuple):
    """How many may go now; if none, the seconds to wait, and for what."""

    number: int
    wait: float
    scope: str | None


class Grant(NamedTuple):
    """How many were counted, and in which minute."""

    number: int
    moment: datetime | None = None


# Scope -> (table, limit a minute, an hour, a day).
_SOURCES = {
    "provider": ("delivery_provider", "cap_per_minute", "cap_per_hour", "cap_per_day"),
    "company": ("res_company", "0", "0", "marketing_daily_limit"),
    "domain": ("delivery_domain", "0", "0", "daily_limit"),
    "topic": ("marketing_topic", "0", "0", "daily_limit"),
    "campaign": ("email_campaign", "0", "slow_per_hour", "0"),
}
_LIMITS = " UNION ALL ".join(
    f"SELECT '{scope}' AS scope, id AS res_id, {minute} AS minute_cap,"
    f" {hour} AS hour_cap, {day} AS day_cap FROM {table} WHERE id = %({scope})s::int"
    for scope, (table, minute, hour, day) in _SOURCES.items()
)
_CURRENT = f"""
    SELECT usage.id, usage.scope, {used_sql("usage")},
           {", ".join(f"{w}_cap" for w in WINDOWS)}
      FROM delivery_usage usage
      JOIN ({_LIMITS}) allowed USING (scope, res_id)
"""
_TAKE = f"""
    WITH current AS ({_CURRENT} ORDER BY usage.id FOR UPDATE OF usage),
    granted AS (
        SELECT GREATEST(0, LEAST(%(wanted)s::int, min({LEFT}))) AS number FROM current)
    UPDATE delivery_usage usage SET {count_sql("current", "granted.number")}
      FROM current, granted WHERE usage.id = current.id
    RETURNING granted.number, usage.minute_start
"""
_LOOK = f"""
    SELECT GREATEST(0, LEAST(%(wanted)s::int, min({LEFT}))),
           GREATEST(1, EXTRACT(epoch FROM max({OVER}) - {NOW}))::float,
           (array_agg(scope ORDER BY {OVER} DESC NULLS LAST))[1]
      FROM ({_CURRENT}) current
"""


def prepare(cr, pools):
    """Make sure that the counters exist."""
    cr.execute(
        """
        INSERT INTO delivery_usage
               (scope, res_id, company_id, minute_used, hour_used, day_used)
        SELECT scope, res_id, CASE WHEN scope = 'provider'
                                   THEN provider.company_id ELSE %s END, 0, 0, 0
          FROM unnest(%s::text[], %s::int[]) AS pool(scope, res_id)
          LEFT JOIN delivery_provider provider
            ON scope = 'provider' AND provider.id = res_id
         WHERE res_id IS NOT NULL
            ON CONFLICT (scope, res_id) DO NOTHING
        """,
        [pools.company, list(pools._fields), list(pools)],
    )


def look(cr, pools, wanted):
    """Return the :class:`Room` for ``wanted`` messages."""
    prepared.execute(cr, _LOOK, {**pools._asdict(), "wanted": wanted})
    number, wait, scope = cr.fetchone()
    return Room(number, wait, None if number else scope)


def take(cr, pools, wanted):
    """Count up to ``wanted`` messages as used; return the :class:`Grant`.

    The caller's transaction is over before that of the gate, whose commit has to be on
    disk; a crash of PostgreSQL that undoes this one undoes the gate as well.
    """
    values = {**pools._asdict(), "wanted": wanted}
    prepared.execute(cr, _TAKE, values, first=[NOT_DURABLE])
    return Grant(*cr.fetchone())


def give_back(cr, pools, number, moment=None):
    """Return ``number`` of what :func:`take` granted at ``moment`` (None: just now)."""
    if number:
        cr.execute(
            f"""{NOT_DURABLE};
            WITH held AS (
                SELECT usage.id FROM delivery_usage usage
                  JOIN unnest(%(scopes)s::text[], %(ids)s::int[])
                       AS pool(scope, res_id) USING (scope, res_id)
                 ORDER BY usage.id FOR UPDATE OF usage)
            UPDATE delivery_usage usage
               SET {give_back_sql("%(number)s", "%(moment)s::timestamp")}
              FROM held WHERE usage.id = held.id
            """,
            {
                "number": number,
                "moment": moment,
                "scopes": list(pools._fields),
                "ids": list(pools),
            },
        )


def read_used(cr, scope, ids):
    """Return ``{id: (this minute, this hour, today)}``."""
    cr.execute(
        f"""
        SELECT res_id, {used_sql("usage")} FROM delivery_usage usage
         WHERE scope = %s AND res_id = ANY(%s)
        """,
        [scope, list(ids)],
    )
    return {row[0]: row[1:] for row in cr.fetchall()}
