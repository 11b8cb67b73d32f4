"""All that stands between a claimed message and its provider.

Quiet hours, the pace of mailbox providers, allowances and the gate. Whatever says no
for now sends the message back into the queue with the time at which to ask again.
"""

# The sender commits on its own cursors: each commit is a step of its protocol.
# pylint: disable=invalid-commit

from datetime import datetime
from typing import NamedTuple

from ..brakes import FAILURES_IN_A_ROW
from . import allowance, gate, outbox
from .adapter import ACCEPTED, PERMANENT, TRANSIENT
from .outbox import Answer


class Share(NamedTuple):
    """What of a batch may be asked (it was counted) and what has to wait its turn.

    ``is_whole`` is false when an allowance is used up.
    """

    taken: list
    late: list
    is_whole: bool = True


class Unused(NamedTuple):
    """Messages that were counted at ``moment`` and did not pass."""

    messages: list
    moment: datetime | None = None


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
        self._moment = None
        self._unused = Unused([])

    def look(self, wanted):
        """Return the ``allowance.Room`` for ``wanted`` messages."""
        if self._unused.messages:
            self.reserve([], [])
        return allowance.look(self._cursor, self._pools, wanted)

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

    # === COUNTERS ===#

    def reserve(self, answered, messages):
        """Count messages, in a transaction of its own; return the :class:`Share`.

        All senders meet at the counters: nobody holds them while the gate is asked, or
        while its commit goes to the disk. They are locked in one order: mailbox
        providers, then allowances. What a sender counted that died stays counted.

        :param answered: pairs of a row and its outcome, since the last call
        """
        for _row, outcome in answered:
            self.failures = self.failures + 1 if outcome.kind == PERMANENT else 0
        if self.failures >= FAILURES_IN_A_ROW:
            messages = []
        self._learn(answered, [*messages, *self._unused.messages])
        self._give_back()
        share = self._take(messages) if messages else Share([], [])
        self._cursor.commit()
        return share

    def _learn(self, answered, touched):
        """Let mailbox providers rest that put messages off; lock all counters."""
        self._pacing.learn(
            [
                (row.email_address, outcome.kind == TRANSIENT)
                for row, outcome in answered
                if outcome.kind == ACCEPTED
                or (outcome.kind == TRANSIENT and outcome.bounce_type)
            ],
            [message.address for message in touched],
        )

    def _give_back(self):
        unused, self._unused = self._unused, Unused([])
        if unused.messages:
            self._pacing.give_back(*unused)
            number = len(unused.messages)
            allowance.give_back(self._cursor, self._pools, number, unused.moment)

    def _take(self, messages):
        taken, late = self._pacing.take(messages)
        if not taken:
            return Share([], late)
        grant = allowance.take(self._cursor, self._pools, len(taken))
        self._moment = grant.moment
        self._pacing.give_back(taken[grant.number :])
        return Share(taken[: grant.number], late, grant.number == len(taken))

    # === THE GATE ===#

    def admit(self, token, share):
        """Let a share through; return (ids of those, whom to reserve again, is open).

        The caller commits. Closed: nothing more may come. What was counted and refused
        is given back by the next :meth:`reserve`, and its room tried for the late ones.
        """
        if self.failures >= FAILURES_IN_A_ROW:
            return set(), [], False
        verdicts = gate.pass_gate(
            self._cursor,
            self._questions,
            token,
            [message.recipient_id for message in share.taken],
            self._hours,
        )
        passed = {row_id for row_id, reason in verdicts.items() if reason is None}
        refused = [m for m in share.taken if m.recipient_id not in passed]
        self._unused = Unused(refused, self._moment)
        # no verdict at all: the leases were over
        is_open = share.is_whole and bool(verdicts or not share.taken)
        is_open = is_open and gate.CLOSING.isdisjoint(verdicts.values())
        late = share.late if is_open else []
        if late and not refused:
            self._delay(token, "mailbox_pace", self._pacing.find_waits_of(late))
            late = []
        return passed, late, is_open
