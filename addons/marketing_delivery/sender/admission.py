"""All that stands between a claimed message and its provider.

Quiet hours, the pace of mailbox providers, allowances and the gate. Whatever says no
for now sends the message back into the queue with the time at which to ask again.
"""

# The sender commits on its own cursors: each commit is a step of its protocol.
# pylint: disable=invalid-commit

from typing import NamedTuple

from ..brakes import FAILURES_IN_A_ROW
from . import allowance, gate, outbox
from .adapter import ACCEPTED, PERMANENT, TRANSIENT
from .outbox import Answer


class Share(NamedTuple):
    """What of a batch may be asked, and what has to wait for its mailbox provider."""

    taken: list
    late: list


class Admission:
    """One pump's way through.

    :param pools: the ``allowance.Pools`` that its messages draw on
    :param pacing: the ``pacing.Pacing`` of its provider
    :param questions: ``campaign.recipient._gate_sql()``
    :param quiet: the ``QuietHours`` to respect, or None
    """

    def __init__(self, cr, *, pools, pacing, questions, quiet=None):
        self._cursor = cr
        self._pools = pools
        self._pacing = pacing
        self._questions = questions
        self._quiet = quiet
        self.failures = 0  # messages in a row that were refused for good
        self._hours = {}  # of a portion: when each customer may be written to
        self._counted = allowance.Grant(0)  # claimed and not let through so far
        self._unused = []  # counted for their mailbox providers, and refused

    def beside(self, cr):
        """Return the same for another pump of this process, on its own cursor."""
        return Admission(
            cr,
            pools=self._pools,
            pacing=self._pacing.beside(cr),
            questions=self._questions,
            quiet=self._quiet,
        )

    # === CLAIMED MESSAGES ===#

    def look(self, wanted):
        """Return the ``allowance.Room`` for ``wanted`` messages."""
        self._give_back()
        return allowance.look(self._cursor, self._pools, wanted)

    def count(self, rows):
        """Count claimed rows as sent; return those for which there is an allowance.

        The caller commits at once: all senders of a provider meet at these counters.
        What does not pass the gate is given back before the next claim; what a sender
        had claimed that died stays counted.
        """
        if not rows:
            return rows
        self._counted = allowance.take(self._cursor, self._pools, len(rows))
        return rows[: self._counted.number]

    def _give_back(self):
        counted, self._counted = self._counted, allowance.Grant(0)
        if counted.number:
            allowance.give_back(self._cursor, self._pools, *counted)
            self._cursor.commit()

    def put_off(self, token, rows):
        """Give back what need not be rendered, as it could not leave; return the rest.

        This saves work; only :meth:`admit` decides. The caller commits.
        """
        quiet = self._find_quiet(rows)
        rest = [row for row in rows if row.id not in quiet]
        paced = self._pacing.find_waits(rest)
        self._delay(token, "quiet_hours", quiet)
        self._delay(token, "mailbox_pace", paced)
        return [row for row in rest if row.id not in paced]

    def _find_quiet(self, rows):
        """Return ``{row id: seconds}`` of those whose customers sleep."""
        if not (rows and self._quiet):
            return {}
        moment = outbox.read_now(self._cursor)
        self._hours = {
            row.id: self._quiet.find_opening(moment, row.tz, row.country)
            for row in rows
        }
        return {
            row_id: (opening.opens - moment).total_seconds()
            for row_id, opening in self._hours.items()
            if opening.opens > moment
        }

    def _delay(self, token, reason, waits):
        delayed = [
            Answer(row_id, "queued", reason, wait=wait)
            for row_id, wait in waits.items()
        ]
        outbox.settle(self._cursor, token, delayed)

    # === MAILBOX PROVIDERS ===#

    def reserve(self, answered, messages):
        """Count messages for their mailbox providers; return the :class:`Share`.

        In a transaction of its own: nobody holds these counters while the gate is
        asked, or while its commit goes to the disk.

        :param answered: pairs of a row and its outcome, since the last call
        """
        for _row, outcome in answered:
            self.failures = self.failures + 1 if outcome.kind == PERMANENT else 0
        if self.failures >= FAILURES_IN_A_ROW:
            messages = []
        addresses = [message.address for message in (*messages, *self._unused)]
        addresses += [row.email_address for row, _outcome in answered]
        if not any(map(self._pacing.find_group, addresses)):
            return Share(messages, [])
        self._learn(answered, addresses)
        unused, self._unused = self._unused, []
        self._pacing.give_back(unused)
        share = Share(*self._pacing.take(messages))
        self._cursor.commit()
        return share

    def _learn(self, answered, addresses):
        """Let mailbox providers rest that put messages off; lock all counters."""
        self._pacing.learn(
            [
                (row.email_address, outcome.kind == TRANSIENT)
                for row, outcome in answered
                if outcome.kind == ACCEPTED
                or (outcome.kind == TRANSIENT and outcome.bounce_type)
            ],
            addresses,
        )

    def finish(self, answered):
        """Learn from the last answers, and give back what was counted for nothing."""
        self.reserve(answered, [])
        self._give_back()

    # === THE GATE ===#

    def admit(self, token, share):
        """Let a share through; return (ids of those, whom to reserve again, is open).

        The caller commits. Closed: nothing more may come. What was counted and refused
        is given back by the next :meth:`reserve`, and its room tried for the late ones.
        """
        if self.failures >= FAILURES_IN_A_ROW:
            return set(), [], False
        ids = [message.recipient_id for message in share.taken]
        verdicts = gate.pass_gate(
            self._cursor, self._questions, token, ids, self._hours
        )
        passed = {row_id for row_id, reason in verdicts.items() if reason is None}
        number = self._counted.number - len(passed)
        self._counted = self._counted._replace(number=number)
        self._unused = [m for m in share.taken if m.recipient_id not in passed]
        # no verdict at all: the leases were over
        is_open = bool(verdicts or not ids) and gate.CLOSING.isdisjoint(
            verdicts.values()
        )
        late = share.late if is_open else []
        if late and not self._unused:
            self._delay(token, "mailbox_pace", self._pacing.find_waits_of(late))
            late = []
        return passed, late, is_open
