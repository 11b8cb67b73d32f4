"""How fast a provider may write to one mailbox provider: gmail.com, yahoo.com …

Limits belong to a group of recipient domains, counters and pauses to the pair of group
and provider. When the group puts messages off (4xx), all its messages wait: a minute at
first, doubled each time, until one is accepted again. Counters are locked in one order,
before those of allowances, until the caller's commit.
"""

from collections import Counter
from typing import NamedTuple

from . import pacing_sql, prepared
from .pacing_sql import FIRST_PAUSE
from .windows import SECONDS, WINDOWS


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
        self._moments = {}  # group -> the minute in which it was counted last
        self._put_off = Counter()  # messages of a group that wait, over this pump

    def beside(self, cr):
        """Return the same for another pump of this process, on its own cursor."""
        return Pacing(cr, self._provider_id, self._groups)

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
        granted = {}
        for mailbox_id, *grant in self._fetch(pacing_sql.TAKE, wanted, numbers=numbers):
            granted[mailbox_id], self._moments[mailbox_id] = grant
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
        """Return what :meth:`take` has granted to these, the last time."""
        wanted = self._group(messages, lambda message: message.address)
        if wanted:
            numbers = [len(members) for members in wanted.values()]
            moments = [self._moments.get(mailbox_id) for mailbox_id in wanted]
            self._execute(
                pacing_sql.GIVE_BACK, wanted, numbers=numbers, moments=moments
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
        self._execute(
            pacing_sql.LEARN,
            touched,
            accepted=[accepted[mailbox_id] for mailbox_id in touched],
            deferred=[deferred[mailbox_id] for mailbox_id in touched],
        )

    def _lock(self, mailbox_ids):
        if mailbox_ids:
            self._execute(pacing_sql.LOCK, sorted(mailbox_ids))

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
            for mailbox_id, paused, *windows in self._fetch(pacing_sql.LOOK, wanted)
        }

    def _fetch(self, statement, wanted, **values):
        self._execute(statement, wanted, **values)
        return self._cursor.fetchall()

    def _execute(self, statement, mailbox_ids, **values):
        values |= {"provider": self._provider_id, "mailboxes": list(mailbox_ids)}
        prepared.execute(self._cursor, statement, values)


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
