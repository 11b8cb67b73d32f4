"""How fast a provider may write to one mailbox provider: gmail.com, yahoo.com …

Limits belong to a group of recipient domains, counters and pauses to the pair of group
and provider. When the group puts messages off (4xx), all its messages wait: a minute at
first, doubled each time, until one is accepted again. Counters are locked in one order,
before persons and allowances, until the caller's commit.
"""

# The statements are put together from constants of these modules, never from values.
# pylint: disable=sql-injection

from collections import Counter
from typing import NamedTuple

from .windows import (
    LEFT,
    NOW,
    SECONDS,
    WINDOWS,
    count_sql,
    ends_in_sql,
    give_back_sql,
    used_sql,
)

STREAK = 3  # messages in a row that were put off: then the group gets a rest
FIRST_PAUSE = 60  # seconds, doubled at each further one
LONGEST_PAUSE = 3600

_CURRENT = f"""
    SELECT pace.id, pace.mailbox_id, pace.paused_until, {used_sql("pace")},
           cap_per_minute AS minute_cap, cap_per_hour AS hour_cap,
           cap_per_day AS day_cap
      FROM delivery_mailbox_pace pace
      JOIN delivery_mailbox mailbox ON mailbox.id = pace.mailbox_id
     WHERE pace.provider_id = %(provider)s AND pace.mailbox_id = ANY(%(mailboxes)s)
"""
_LEFT = f"CASE WHEN paused_until > {NOW} THEN 0 ELSE {LEFT} END"
_TAKE = f"""
    WITH current AS ({_CURRENT} ORDER BY pace.id FOR UPDATE OF pace),
    granted AS (
        SELECT current.*, GREATEST(0, LEAST(asked.number, {_LEFT})) AS number
          FROM current
          JOIN unnest(%(mailboxes)s::int[], %(numbers)s::int[])
               AS asked(mailbox_id, number) USING (mailbox_id))
    UPDATE delivery_mailbox_pace pace SET {count_sql("granted", "granted.number")}
      FROM granted WHERE pace.id = granted.id
    RETURNING pace.mailbox_id, granted.number
"""
_WINDOWS = ", ".join(f"{w}_cap, {w}_cap - {w}_used, {ends_in_sql(w)}" for w in WINDOWS)
_LOOK = f"""
    SELECT mailbox_id, EXTRACT(epoch FROM paused_until - {NOW})::float,
           {_WINDOWS}
      FROM ({_CURRENT}) current
"""
_IS_REST_DUE = f"asked.accepted = 0 AND pace.streak + asked.deferred >= {STREAK}"
_LEARN = f"""
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
     WHERE pace.provider_id = %(provider)s AND pace.mailbox_id = asked.mailbox_id
       AND (asked.deferred > 0 OR pace.streak > 0 OR pace.level > 0)
"""


class _Room(NamedTuple):
    left: int | None  # None: no limit
    wait: float = 0.0  # seconds until there is more
    portion: int = 1000  # messages that may go at once then
    seconds: int = FIRST_PAUSE  # until the next portion


class Pacing:
    """The groups that a pump writes to through one provider.

    :param groups: ``{recipient domain: id of delivery.mailbox}``
    """

    def __init__(self, cr, provider_id, groups):
        self._cursor = cr
        self._provider_id = provider_id
        self._groups = groups
        self._put_off = Counter()  # messages of a group that wait, over this pump

    def find_group(self, address):
        return self._groups.get((address or "").rpartition("@")[2].strip().lower())

    def find_waits(self, rows):
        """Return ``{row id: seconds}`` of claimed rows whose group gets nothing now.

        They are spread over the windows to come, so that they are not claimed again and
        again.
        """
        wanted = self._group(rows, lambda row: row.email_address)
        return {
            row.id: self._find_wait(mailbox_id, room)
            for mailbox_id, room in self._look(wanted).items()
            if room.left is not None and room.left <= 0
            for row in wanted[mailbox_id]
        }

    def _find_wait(self, mailbox_id, room):
        place = self._put_off[mailbox_id]
        self._put_off[mailbox_id] += 1
        return max(1.0, room.wait) + place // room.portion * room.seconds

    def take(self, messages):
        """Count messages; return (those that may go, those without room)."""
        wanted = self._group(messages, lambda message: message.address)
        if not wanted:
            return messages, []
        numbers = [len(members) for members in wanted.values()]
        granted = dict(self._execute(_TAKE, wanted, numbers=numbers))
        late = {
            message.recipient_id
            for mailbox_id, members in wanted.items()
            for message in members[granted.get(mailbox_id, len(members)) :]
        }
        return (
            [message for message in messages if message.recipient_id not in late],
            [message for message in messages if message.recipient_id in late],
        )

    def find_waits_of(self, messages):
        """Return ``{row id: seconds}`` of messages for which there is no room."""
        wanted = self._group(messages, lambda message: message.address)
        rooms = self._look(wanted)
        return {
            message.recipient_id: self._find_wait(mailbox_id, rooms[mailbox_id])
            for mailbox_id, members in wanted.items()
            for message in members
        }

    def give_back(self, messages):
        """Return what :meth:`take` granted in this transaction and was not used."""
        wanted = self._group(messages, lambda message: message.address)
        if wanted:
            self._cursor.execute(
                f"""
                UPDATE delivery_mailbox_pace pace SET {give_back_sql("asked.number")}
                  FROM unnest(%(mailboxes)s::int[], %(numbers)s::int[])
                       AS asked(mailbox_id, number)
                 WHERE pace.provider_id = %(provider)s
                   AND pace.mailbox_id = asked.mailbox_id
                """,
                {
                    "provider": self._provider_id,
                    "mailboxes": list(wanted),
                    "numbers": [len(members) for members in wanted.values()],
                },
            )

    def learn(self, addresses, upcoming=()):
        """Note what groups answered: pairs of an address and whether it was put off.

        ``upcoming`` are addresses of messages that are taken next: their counters are
        locked together with these, in one order.
        """
        accepted, deferred = Counter(), Counter()
        for address, is_deferred in addresses:
            if mailbox_id := self.find_group(address):
                (deferred if is_deferred else accepted)[mailbox_id] += 1
        touched = sorted({*accepted, *deferred})
        self._lock({*touched, *map(self.find_group, upcoming)} - {None})
        if not touched:
            return
        self._cursor.execute(
            _LEARN,
            {
                "provider": self._provider_id,
                "mailboxes": touched,
                "accepted": [accepted[mailbox_id] for mailbox_id in touched],
                "deferred": [deferred[mailbox_id] for mailbox_id in touched],
            },
        )

    def _lock(self, mailbox_ids):
        if not mailbox_ids:
            return
        self._cursor.execute(
            """SELECT FROM delivery_mailbox_pace
                WHERE provider_id = %s AND mailbox_id = ANY(%s)
                ORDER BY id FOR UPDATE""",
            [self._provider_id, sorted(mailbox_ids)],
        )

    def _group(self, items, get_address):
        """Return ``{mailbox id: items}`` of those that belong to a group."""
        found = {}
        if self._groups:
            for item in items:
                if mailbox_id := self.find_group(get_address(item)):
                    found.setdefault(mailbox_id, []).append(item)
        return found

    def _look(self, wanted):
        if not wanted:
            return {}
        return {
            mailbox_id: _to_room(paused, windows)
            for mailbox_id, paused, *windows in self._execute(_LOOK, wanted)
        }

    def _execute(self, statement, wanted, **values):
        self._cursor.execute(
            statement,
            {"provider": self._provider_id, "mailboxes": list(wanted), **values},
        )
        return self._cursor.fetchall()


def _to_room(paused, windows):
    """Return the room of the tightest window; of several used up, the longest wait."""
    if paused and paused > 0:
        return _Room(0, paused)
    limits = [
        (max(0, left), -ends_in, cap, window)
        for window, cap, left, ends_in in zip(
            WINDOWS, windows[::3], windows[1::3], windows[2::3], strict=True
        )
        if cap
    ]
    if not limits:
        return _Room(None)
    left, wait, cap, window = min(limits)
    return _Room(left, -wait, cap, SECONDS[window])


def prepare(cr, provider_id, company_id):
    """Make sure that the counters exist; return ``{domain: mailbox id}``.

    A group of the company wins over a shared one that names the same domain.
    """
    cr.execute(
        """
        SELECT id, lower(domains) FROM delivery_mailbox
         WHERE active AND (company_id = %s OR company_id IS NULL)
         ORDER BY company_id NULLS FIRST
        """,
        [company_id],
    )
    groups = {
        domain: mailbox_id
        for mailbox_id, domains in cr.fetchall()
        for domain in (domains or "").split()
    }
    cr.execute(
        """
        INSERT INTO delivery_mailbox_pace (mailbox_id, provider_id, streak, level,
               minute_used, hour_used, day_used)
        SELECT mailbox.id, %s, 0, 0, 0, 0, 0
          FROM delivery_mailbox mailbox WHERE mailbox.id = ANY(%s)
            ON CONFLICT (mailbox_id, provider_id) DO NOTHING
        """,
        [provider_id, sorted(set(groups.values()))],
    )
    return groups
