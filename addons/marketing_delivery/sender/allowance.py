"""Take what a provider may still send, from counters of fixed UTC windows.

The row lock on the counters lasts until the caller's commit, so two senders never
spend the same allowance; nothing is counted for a transaction that fails.
"""

WINDOWS = ("minute", "hour", "day")
_NOW = "(clock_timestamp() AT TIME ZONE 'UTC')"
_USED = ", ".join(
    f"CASE WHEN {window}_start = date_trunc('{window}', {_NOW}) "
    f"THEN {window}_used ELSE 0 END AS {window}_used"
    for window in WINDOWS
)
_CAPS = ", ".join(f"cap_per_{window} AS {window}_cap" for window in WINDOWS)
_LEFT = ", ".join(
    f"CASE WHEN {window}_cap > 0 THEN {window}_cap - {window}_used END"
    for window in WINDOWS
)
_WAIT = ", ".join(
    f"CASE WHEN {window}_cap > 0 AND {window}_used >= {window}_cap "
    f"THEN date_trunc('{window}', {_NOW}) + interval '1 {window}' END"
    for window in WINDOWS
)
_CURRENT = f"""
    SELECT usage.id, {_USED}, {_CAPS}
      FROM delivery_provider_usage usage
      JOIN delivery_provider provider ON provider.id = usage.provider_id
     WHERE usage.provider_id = %(provider_id)s
"""
_TAKE = f"""
    WITH current AS ({_CURRENT} FOR UPDATE OF usage),
    granted AS (
        SELECT *, GREATEST(0, LEAST(%(wanted)s, {_LEFT})) AS number FROM current)
    UPDATE delivery_provider_usage usage
       SET {
    ", ".join(
        f"{w}_start = date_trunc('{w}', {_NOW}), "
        f"{w}_used = granted.{w}_used + granted.number"
        for w in WINDOWS
    )
}
      FROM granted WHERE usage.id = granted.id
    RETURNING granted.number
"""
_LOOK = f"""
    SELECT GREATEST(0, LEAST(%(wanted)s, {_LEFT})),
           GREATEST(1, EXTRACT(epoch FROM GREATEST({_WAIT}) - {_NOW}))::float
      FROM ({_CURRENT}) current
"""


def prepare(cr, provider_id):
    """Make sure that the counters exist."""
    cr.execute(
        """
        INSERT INTO delivery_provider_usage
               (provider_id, minute_used, hour_used, day_used)
        VALUES (%s, 0, 0, 0) ON CONFLICT (provider_id) DO NOTHING
        """,
        [provider_id],
    )


def look(cr, provider_id, wanted):
    """Return how many of ``wanted`` may go now, and the seconds to wait if none."""
    cr.execute(_LOOK, {"provider_id": provider_id, "wanted": wanted})
    return cr.fetchone()


def take(cr, provider_id, wanted):
    """Count up to ``wanted`` messages as used; return how many were granted."""
    cr.execute(_TAKE, {"provider_id": provider_id, "wanted": wanted})
    return cr.fetchone()[0]


def give_back(cr, provider_id, number):
    """Return what :func:`take` granted in this transaction and was not used."""
    if number:
        cr.execute(
            """
            UPDATE delivery_provider_usage
               SET minute_used = minute_used - %(number)s,
                   hour_used = hour_used - %(number)s, day_used = day_used - %(number)s
             WHERE provider_id = %(provider_id)s
            """,
            {"number": number, "provider_id": provider_id},
        )


def read_used(cr, provider_ids):
    """Return ``{provider id: (this minute, this hour, today)}``."""
    cr.execute(
        f"""
        SELECT provider_id, {_USED} FROM delivery_provider_usage usage
         WHERE provider_id = ANY(%s)
        """,
        [list(provider_ids)],
    )
    return {row[0]: row[1:] for row in cr.fetchall()}
