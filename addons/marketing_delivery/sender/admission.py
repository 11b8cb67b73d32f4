"""All that stands between a claimed message and its provider.

Quiet hours, the pace of mailbox providers, allowances and the gate. Whatever says no
for now sends the message back into the queue with the time at which to ask again.
"""

from ..brakes import FAILURES_IN_A_ROW
from . import allowance, gate, outbox
from .adapter import ACCEPTED, PERMANENT, TRANSIENT
from .outbox import Answer


class Admission:
    """One pump's way through; the caller commits after each step.

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

    def look(self, wanted):
        """Return the ``allowance.Room`` for ``wanted`` messages."""
        return allowance.look(self._cursor, self._pools, wanted)

    def put_off(self, token, rows):
        """Give back what need not be rendered, as it could not leave; return the rest.

        This saves work; only :meth:`admit` decides.
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

    def learn(self, answered, upcoming=()):
        """Let mailbox providers rest that put messages off.

        Called before :meth:`admit` of the ``upcoming`` messages: the counters of both
        are locked together.

        :param answered: pairs of a row and its outcome
        """
        for _row, outcome in answered:
            self.failures = self.failures + 1 if outcome.kind == PERMANENT else 0
        self._pacing.learn(
            [
                (row.email_address, outcome.kind == TRANSIENT)
                for row, outcome in answered
                if outcome.kind == ACCEPTED
                or (outcome.kind == TRANSIENT and outcome.bounce_type)
            ],
            [message.address for message in upcoming],
        )

    def admit(self, token, messages):
        """Let messages through; return (ids of those, whether more may come).

        All senders lock in one order: mailbox providers (:meth:`learn`), persons,
        allowances. What was taken and not used is given back.
        """
        if self.failures >= FAILURES_IN_A_ROW:
            return set(), False
        persons = gate.lock_persons(self._cursor, [m.recipient_id for m in messages])
        passed, is_open, waiting = set(), True, messages
        while waiting and is_open:
            taken, late = self._pacing.take(waiting)
            if not taken:
                break
            found, is_open = self._ask(token, taken, persons)
            passed |= found
            waiting = late
            if len(found) == len(taken):
                break  # else the room of those refused is tried for the late ones
        if is_open and waiting:
            self._delay(token, "mailbox_pace", self._pacing.find_waits_of(waiting))
        return passed, is_open

    def _ask(self, token, messages, persons):
        granted = allowance.take(self._cursor, self._pools, len(messages))
        ids = [message.recipient_id for message in messages[:granted]]
        verdicts = gate.pass_gate(
            self._cursor, self._questions, token, ids, self._hours, persons
        )
        passed = {row_id for row_id, reason in verdicts.items() if reason is None}
        allowance.give_back(self._cursor, self._pools, granted - len(passed))
        self._pacing.give_back([m for m in messages if m.recipient_id not in passed])
        # no verdict at all: the leases were over
        is_open = granted == len(messages) and bool(verdicts)
        return passed, is_open and gate.CLOSING.isdisjoint(verdicts.values())
