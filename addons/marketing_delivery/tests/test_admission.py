from itertools import pairwise
from unittest.mock import patch

from odoo.tests import tagged

from ..sender import allowance, gate, outbox
from ..sender.adapter import PERMANENT, Message, Outcome
from .sender_common import FakeAdapter, SenderCase
from .test_pacing import PacingCase

TOKEN = "mine"


class AdmissionCase(PacingCase):
    def _claim(self, *addresses, **values):
        """Return messages of claimed rows, and what lets them through."""
        self._add(*addresses, **values)
        self.env.flush_all()
        admission = self.campaign._prepare_admission(self.provider)
        rows = outbox.claim(
            self.env.cr,
            campaign_id=self.campaign.id,
            provider_id=self.provider.id,
            token=TOKEN,
            limit=100,
        )
        messages = [
            Message(row.id, row.send_key, "shop@a.example", row.email_address)
            for row in rows
        ]
        return admission, messages

    def _used(self):
        used = allowance.read_used(self.env.cr, "provider", self.provider.ids)
        return used[self.provider.id][2]


@tagged("post_install", "-at_install")
class TestAdmission(AdmissionCase):
    def setUp(self):
        super().setUp()
        self.patch(self.env.cr, "commit", lambda: None)

    def test_what_is_refused_is_given_back_before_the_next_claim(self):
        admission, messages = self._claim(*self._addresses(3), consent=False)
        admission.count(messages)
        share = admission.reserve([], messages)
        self.assertEqual((self._used(), self._pace().day_now), (3, 3))
        self.assertEqual(admission.admit(TOKEN, share), (set(), [], True))
        self.assertEqual(admission.look(10).number, 10)
        self.assertEqual(self._used(), 0)
        admission.reserve([], messages)
        self.assertEqual(self._pace().day_now, 3, "given back and taken again")

    def test_what_was_not_asked_is_given_back_once(self):
        admission, messages = self._claim(*self._addresses(3))
        admission.count(messages)
        passed, _late, _is_open = admission.admit(
            TOKEN, admission.reserve([], messages[:1])
        )
        self.assertEqual(len(passed), 1)
        for _time in range(2):
            admission.finish([])
            self.assertEqual((self._used(), self._pace().day_now), (1, 1))

    def test_a_window_that_is_over_gets_nothing_back(self):
        """Another sender may have used up the new one."""
        admission, messages = self._claim(*self._addresses(3), consent=False)
        admission.count(messages)
        admission.admit(TOKEN, admission.reserve([], messages))
        for table in ("delivery_usage", "delivery_mailbox_pace"):
            self.env.cr.execute(
                f"UPDATE {table} SET minute_start = minute_start + interval '1 minute'"
            )
        admission.finish([])
        self.env.cr.execute(
            """SELECT minute_used, day_used FROM delivery_usage
                WHERE scope = 'provider' AND res_id = %s
                UNION ALL
               SELECT minute_used, day_used FROM delivery_mailbox_pace
                WHERE provider_id = %s AND mailbox_id = %s""",
            [self.provider.id, self.provider.id, self.mailbox.id],
        )
        self.assertEqual(self.env.cr.fetchall(), [(3, 0), (3, 0)])

    def test_no_more_than_the_allowance_are_counted(self):
        self.provider.cap_per_day = 2
        admission, messages = self._claim(*self._addresses(5))
        self.assertEqual(admission.count(messages), messages[:2])
        self.assertEqual((self._used(), admission.look(9).number), (2, 2))

    def test_others_have_no_mailbox_provider_to_count(self):
        admission, messages = self._claim(*self._addresses(3, "small.example"))
        with self.assertQueryCount(0):
            share = admission.reserve([], messages)
        self.assertEqual((share.taken, share.late), (messages, []))

    def test_room_of_those_refused_goes_to_those_late(self):
        self._cap(day=1)
        refused = self._add("no@big.example", consent=False)
        admission, messages = self._claim("yes@big.example")
        share = admission.reserve([], messages)
        self.assertEqual([m.address for m in share.late], ["yes@big.example"])
        passed, late, is_open = admission.admit(TOKEN, share)
        self.assertEqual((passed, late, is_open), (set(), share.late, True))
        share = admission.reserve([], late)
        self.assertEqual(share.taken, late)
        passed, late, is_open = admission.admit(TOKEN, share)
        self.assertEqual((len(passed), late, is_open), (1, [], True))
        self.assertEqual(self._pace().day_now, 1)
        self.env.invalidate_all()
        self.assertEqual(refused.reason, "no_consent")

    def test_the_commit_of_the_gate_goes_to_the_disk(self):
        """That of the counters need not; nothing after the gate takes it back."""
        self._cap(day=1)
        admission, messages = self._claim(*self._addresses(3))
        admission.count(messages)
        self.assertEqual(self._get_commit(), "off")
        share = admission.reserve([], messages)
        self.assertEqual(len(share.late), 2)
        passed, _late, _is_open = admission.admit(TOKEN, share)
        self.assertEqual(len(passed), 1)
        self.assertEqual(self._get_commit(), "on")

    def _get_commit(self):
        self.env.cr.execute("SHOW synchronous_commit")
        return self.env.cr.fetchone()[0]

    def test_too_many_refusals_close_it(self):
        admission, messages = self._claim(*self._addresses(2))
        row = self.campaign.recipient_ids[0]
        answered = [(row, Outcome(PERMANENT, "550 no"))] * 100
        share = admission.reserve(answered, messages)
        self.assertEqual((share.taken, self._pace().day_now), ([], 0))
        self.assertEqual(admission.admit(TOKEN, share), (set(), [], False))

    def test_leases_that_are_over_close_it(self):
        admission, messages = self._claim(*self._addresses(2))
        self.env.cr.execute("UPDATE campaign_recipient SET lease_until = '2020-01-01'")
        share = admission.reserve([], messages)
        self.assertEqual(admission.admit(TOKEN, share), (set(), [], False))


@tagged("post_install", "-at_install")
class TestStatementsOfABatch(SenderCase):
    def test_a_batch_needs_three(self):
        """Answers, events and the gate; nothing a message."""
        self._add(*(f"c{n}@small.example" for n in range(60)))
        counts = []

        def note(_message):
            counts.append(self.env.cr.sql_log_count)

        sender = "odoo.addons.marketing_delivery.sender"
        with (
            # however slow this machine is
            patch(f"{sender}.settings.PORTION_SECONDS", 1e9),
            patch(f"{sender}.settings.SLOW_BATCH", 1e9),
            patch(f"{sender}.progress.Progress.announce"),
        ):
            self._pump(FakeAdapter(on_message=note))
        # the first 20 are a portion of their own
        firsts = counts[20::10]
        steps = [after - before for before, after in pairwise(firsts)]
        self.assertEqual(steps, [3, 3, 3])

    def test_the_gate_is_planned_once(self):
        rows = self._add("a@x.example", "b@x.example")
        questions = self.env["campaign.recipient"]._gate_sql()
        self.env.cr.execute(
            """UPDATE campaign_recipient SET state = 'claimed', lease_token = %s,
                      lease_until = '2999-01-01' WHERE id = ANY(%s)""",
            [TOKEN, rows.ids],
        )
        gate.pass_gate(self.env.cr, questions, TOKEN, rows[:1].ids)
        with self.assertQueryCount(1):
            gate.pass_gate(self.env.cr, questions, TOKEN, rows[1:].ids)
