"""SQL on the counters of mailbox providers, ``delivery_mailbox_pace``."""

# The statements are put together from constants of these modules, never from values.
# pylint: disable=sql-injection

from .windows import LEFT, NOW, WINDOWS, count_sql, ends_in_sql, give_back_sql, used_sql

STREAK = 3  # messages in a row that were put off: then the group gets a rest
FIRST_PAUSE = 60  # seconds, doubled at each further one
LONGEST_PAUSE = 3600

_CURRENT = f"""
    SELECT pace.id, pace.mailbox_id, pace.paused_until, {used_sql("pace")},
           cap_per_minute AS minute_cap, cap_per_hour AS hour_cap,
           cap_per_day AS day_cap
      FROM delivery_mailbox_pace pace
      JOIN delivery_mailbox mailbox ON mailbox.id = pace.mailbox_id
     WHERE pace.provider_id = %(provider)s::int
       AND pace.mailbox_id = ANY(%(mailboxes)s::int[])
"""
_LEFT = f"CASE WHEN paused_until > {NOW} THEN 0 ELSE {LEFT} END"
TAKE = f"""
    WITH current AS ({_CURRENT} ORDER BY pace.id FOR UPDATE OF pace),
    granted AS (
        SELECT current.*, GREATEST(0, LEAST(asked.number, {_LEFT})) AS number
          FROM current
          JOIN unnest(%(mailboxes)s::int[], %(numbers)s::int[])
               AS asked(mailbox_id, number) USING (mailbox_id))
    UPDATE delivery_mailbox_pace pace SET {count_sql("granted", "granted.number")}
      FROM granted WHERE pace.id = granted.id
    RETURNING pace.mailbox_id, granted.number, pace.minute_start
"""
_WINDOWS = ", ".join(f"{w}_cap, {w}_cap - {w}_used, {ends_in_sql(w)}" for w in WINDOWS)
LOOK = f"""
    SELECT mailbox_id, EXTRACT(epoch FROM paused_until - {NOW})::float,
           {_WINDOWS}
      FROM ({_CURRENT}) current
"""
_IS_REST_DUE = f"asked.accepted = 0 AND pace.streak + asked.deferred >= {STREAK}"
LEARN = f"""
    UPDATE delivery_mailbox_pace pace
       SET streak = CASE WHEN asked.accepted > 0 OR {_IS_REST_DUE} THEN 0
                         ELSE pace.streak + asked.deferred END,
           level = CASE WHEN asked.accepted > 0 THEN 0
                        WHEN {_IS_REST_DUE} THEN pace.level + 1 ELSE pace.level END,
           paused_until = CASE
               -- a rest of which webhooks have told lasts (``hearsay``)
               WHEN asked.accepted > 0
               THEN CASE WHEN pace.told_until > {NOW} THEN pace.told_until END
               WHEN {_IS_REST_DUE} THEN {NOW} + make_interval(secs => LEAST(
                   {LONGEST_PAUSE}, {FIRST_PAUSE} * 2 ^ LEAST(pace.level, 10)))
               ELSE pace.paused_until END,
           deferred_at = CASE WHEN asked.deferred > 0 THEN {NOW}
                              ELSE pace.deferred_at END
      FROM unnest(%(mailboxes)s::int[], %(accepted)s::int[], %(deferred)s::int[])
           AS asked(mailbox_id, accepted, deferred)
     WHERE pace.provider_id = %(provider)s::int AND pace.mailbox_id = asked.mailbox_id
       AND (asked.deferred > 0 OR pace.streak > 0 OR pace.level > 0)
"""
LOCK = """
    SELECT FROM delivery_mailbox_pace
     WHERE provider_id = %(provider)s::int AND mailbox_id = ANY(%(mailboxes)s::int[])
     ORDER BY id FOR UPDATE
"""
GIVE_BACK = f"""
    UPDATE delivery_mailbox_pace pace
       SET {give_back_sql("asked.number", "asked.moment")}
      FROM unnest(%(mailboxes)s::int[], %(numbers)s::int[], %(moments)s::timestamp[])
           AS asked(mailbox_id, number, moment)
     WHERE pace.provider_id = %(provider)s::int AND pace.mailbox_id = asked.mailbox_id
"""
