"""The sending loop of one process and one campaign.

Per batch there is one transaction, that of the gate with the answers of the batch
before, and a short one when mailbox providers are counted. Rendering and the network
happen outside of them. A process killed anywhere leaves rows that ``recovery`` can
judge by the journal.
"""

import time
import uuid
from collections.abc import Callable
from typing import NamedTuple

from odoo.addons.marketing_base.events import insert_events

from . import answers, backlog, journal, outbox, settings, stops
from .adapter import UNKNOWN, WITHHELD, Outcome
from .composer import Composer, Unsendable
from .outbox import Answer
from .prepared import Repeating
from .sizes import Sizes


def now():
    """Seconds that go on while the process, or the whole machine, sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def limit_wait(seconds):
    """Seconds until a pump should look again; None when no message is open.

    New messages wake the campaign earlier.
    """
    return None if seconds is None else max(1.0, min(seconds, settings.LONGEST_WAIT))


class Work(NamedTuple):
    """What the pumps of a process share; no cursor and no record is in it.

    ``route`` names the messages to claim; ``on_progress`` is called after each commit
    that moved messages.
    """

    campaign_id: int
    provider_id: int
    route: outbox.Route
    composer: Composer
    on_progress: Callable[[], None]


class Pump:
    """Send what is due of one campaign, for a while.

    :param cr: an own cursor under READ COMMITTED; committed after each step
    :param admission: the ``admission.Admission`` on the same cursor
    """

    def __init__(self, cr, work, adapter, admission):
        self._cursor = cr
        self._work = work
        self._adapter = adapter
        self._admission = admission
        self.held_by = None  # the scope of the allowance that ended the pump
        self._token = str(uuid.uuid4())
        self._journal = journal.Journal(journal.directory(cr.dbname), self._token)
        self._stop_at = now() + settings.PUMP
        self._sizes = Sizes(adapter.capabilities.batch)
        self._lease_end = 0.0
        self._begun = set()
        self._held = set()  # ids of messages claimed, and not yet shown to the gate
        self._pending = []  # (row, outcome, when it came), not yet in the database
        self._answered = []  # (row, outcome) that the admission does not know yet

    def run(self):
        """Send until the time is up or nothing is due.

        Return True for more to do at once, seconds to wait, or None when no message
        is open any more. Raises :class:`ProviderDown` with nothing left claimed.
        """
        try:
            wait = self._send_portions()
        finally:
            self._finish()
        due = self._get_wait()
        return due if due is None or wait is None else wait

    def beside(self, cr, adapter):
        """Return a pump of the same work, which may run in another thread.

        :param cr: a cursor of its own under READ COMMITTED
        """
        return Pump(cr, self._work, adapter, self._admission.beside(cr))

    def get_failures(self):
        """Return how many messages in a row were refused for good."""
        return self._admission.failures

    def _send_portions(self):
        while now() < self._stop_at:
            started = now()
            wanted = min(self._sizes.portion, settings.PORTION)
            room = self._admission.look(wanted)
            if not room.number:
                self.held_by = room.scope
                return room.wait
            if room.number < wanted:  # short of a limit, a dead sender wastes little
                wanted = min(room.number, self._sizes.batch)
            claimed = self._claim(wanted)
            rows = self._admission.put_off(self._token, claimed)
            composer = self._work.composer
            contexts = composer.read_contexts(self._cursor, rows) if rows else {}
            rows = self._admission.count(rows)
            self._cursor.commit()
            if not claimed or not self._send_portion(rows, contexts):
                return None
            self._sizes.learn_portion(len(claimed), now() - started)
        return True

    def _claim(self, limit):
        rows = outbox.claim(
            self._cursor,
            campaign_id=self._work.campaign_id,
            provider_id=self._work.provider_id,
            token=self._token,
            limit=limit,
            route=self._work.route,
        )
        self._held.update(row.id for row in rows)
        return rows

    def _send_portion(self, rows, contexts):
        """Send claimed rows; return False when the gate is closed for all of them."""
        while rows and now() < self._stop_at:
            size = self._sizes.batch
            batch, rows = rows[:size], rows[size:]
            started = now()
            if not self._send_batch(batch, contexts):
                return False
            self._sizes.learn_batch(now() - started)
        return True

    def _send_batch(self, rows, contexts):
        messages, refused = self._compose(rows, contexts)
        passed, is_open = self._commit_batch(messages, refused)
        self._held -= passed
        rows = {row.id: row for row in rows}
        self._submit([m for m in messages if m.recipient_id in passed], rows)
        return is_open

    def _compose(self, rows, contexts):
        messages, refused = [], []
        for row in rows:
            try:
                messages.append(self._work.composer.compose(row, contexts))
            except Unsendable as problem:
                answer = Answer(row.id, "failed", problem.reason, problem.detail)
                refused.append((row, answer))
        return messages, refused

    def _commit_batch(self, messages, refused):
        """Settle the batch before and ask the gate; return (passed ids, is open)."""
        self._lease_end = now() + settings.LEASE
        share = self._reserve(messages)
        self._settle(refused)
        units = {m.recipient_id: m.units for m in messages if m.units != 1}
        outbox.note_units(self._cursor, self._token, units)
        passed, late, is_open = self._admission.admit(self._token, share)
        self._commit()
        while late:
            share = self._reserve(late)
            more, late, is_open = self._admission.admit(self._token, share)
            passed |= more
            self._commit()
        return passed, is_open

    def _reserve(self, messages):
        answered, self._answered = self._answered, []
        return self._admission.reserve(answered, messages)

    def _commit(self):
        self._cursor.commit()
        self._pending.clear()
        self._work.on_progress()

    def _settle(self, refused=()):
        """Write the answers at hand and their events; the caller commits."""
        moment = now()
        batch = [
            (row, answers.to_answer(row.id, row.attempt, outcome, age=moment - came))
            for row, outcome, came in self._pending
        ]
        batch.extend(refused)
        answered = [answer for _row, answer in batch]
        states = outbox.settle(self._cursor, self._token, answered)
        stops.stop(self._cursor, answered, states)
        events = answers.to_events(batch, states, self._work.campaign_id)
        insert_events(Repeating(self._cursor), events)

    def _submit(self, messages, rows):
        waiting = list(messages)
        self._begun.clear()  # an earlier attempt of the same message was answered
        try:
            for outcome in self._adapter.submit(messages, self._begin):
                message = waiting.pop(0)
                self._note(rows[message.recipient_id], outcome)
        finally:
            for message in waiting:
                has_begun = message.send_key in self._begun
                outcome = Outcome(UNKNOWN if has_begun else WITHHELD)
                self._note(rows[message.recipient_id], outcome)

    def _begin(self, message):
        """Allow the first byte while the lease holds, and note it before."""
        if now() >= self._lease_end:
            return False
        self._journal.begin(message.send_key)
        self._begun.add(message.send_key)
        return True

    def _note(self, row, outcome):
        self._pending.append((row, outcome, now()))
        self._answered.append((row, outcome))
        described = answers.describe(outcome)
        if described:
            letter, text = described
            self._journal.end(letter, row.send_key, text)

    def _finish(self):
        """Write what is known and give back the rest; else ``recovery`` will judge."""
        is_settled = False
        try:
            self._cursor.rollback()
            self._admission.finish(self._answered)
            self._settle()
            outbox.release(self._cursor, self._token, self._held)
            outbox.cancel_left(self._cursor, self._work.campaign_id)
            self._cursor.commit()
            is_settled = True
            self._work.on_progress()
        finally:
            self._adapter.close()
            self._journal.close(settled=is_settled)

    def _get_wait(self):
        seconds = backlog.next_due(self._cursor, self._work.campaign_id)
        self._cursor.commit()
        return limit_wait(seconds)
