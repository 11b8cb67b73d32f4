from datetime import timedelta

from odoo.tests import tagged

from ..sender import gate, outbox
from ..sender.adapter import PERMANENT, TRANSIENT, UNKNOWN, Outcome
from .sender_common import FakeAdapter, SenderCase


class FrequencyCase(SenderCase):
    """One customer, caps of one message in 24 hours and three in 7 days."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write({"marketing_cap_day": 1, "marketing_cap_week": 3})
        cls.customer = cls.env["res.partner"].create({"name": "Ann"})

    def _message(self, address="ann@x.example", company=None, **values):
        """A queued message of a campaign of its own."""
        campaign = self._create_campaign(company or self.company)
        values = {"customer_id": self.customer.id, **values}
        return self._add(address, campaign=campaign, **values)

    def _had(self, hours, **values):
        """A message that left some hours ago."""
        row = self._message(state="sent", **values)
        self._query(
            "UPDATE campaign_recipient SET counted_at = %s WHERE id = %s",
            self._now() - timedelta(hours=hours),
            row.id,
        )
        return row

    def _query(self, statement, *values):
        self.env.flush_all()
        self.env.cr.execute(statement, values)
        self.env.invalidate_all()

    def _now(self):
        return outbox.read_now(self.env.cr)

    def _hold(self, *rows):
        self._query(
            """UPDATE campaign_recipient SET state = 'claimed', lease_token = 'mine',
                   not_before = NULL,
                   lease_until = (now() AT TIME ZONE 'UTC') + interval '1 minute'
                WHERE id = ANY(%s)""",
            [row.id for row in rows],
        )

    def _judge(self, *rows):
        """Ask the gate for all rows at once; return [(state, reason)]."""
        self._hold(*rows)
        questions = self.env["campaign.recipient"]._gate_sql()
        gate.pass_gate(self.env.cr, questions, "mine", [row.id for row in rows])
        self.env.invalidate_all()
        return [(row.state, row.reason) for row in rows]

    def _hours_to_wait(self, row):
        return (row.not_before - self._now()).total_seconds() / 3600

    def _prefer(self, frequency, address="ann@x.example"):
        consent = self.env["email.subscription.preference"]
        consent._opt_in(self.company, address, source="test")
        key = consent._address_key("email", address)
        consent.search(
            [("address_key", "=", key), ("company_id", "=", self.company.id)]
        ).preferred_frequency = frequency


@tagged("post_install", "-at_install")
class TestFrequencyCaps(FrequencyCase):
    def test_first_message_goes_and_counts(self):
        row = self._message()
        self.assertEqual(self._judge(row), [("submitting", False)])
        self.assertTrue(row.counted_at)

    def test_second_within_a_day_waits_for_its_turn(self):
        self._had(10)
        row = self._message()
        self.assertEqual(self._judge(row), [("queued", "frequency_cap")])
        self.assertAlmostEqual(self._hours_to_wait(row), 14, places=2)
        self.assertFalse(row.counted_at)
        self.assertFalse(row.lease_token)

    def test_the_hour_after_a_day_is_free(self):
        self._had(24.01)
        self.assertEqual(self._judge(self._message())[0][0], "submitting")

    def test_fourth_in_a_week_is_left_out(self):
        for hours in (30, 60, 100):
            self._had(hours)
        self.assertEqual(self._judge(self._message()), [("skipped", "frequency_cap")])

    def test_room_in_the_week_comes_back(self):
        for hours in (30, 60, 150):
            self._had(hours)
        row = self._message()
        self.assertEqual(self._judge(row), [("queued", "frequency_cap")])
        self.assertAlmostEqual(self._hours_to_wait(row), 18, places=2)
        self._query(
            "UPDATE campaign_recipient SET counted_at = counted_at"
            " - interval '18.01 hours' WHERE counted_at IS NOT NULL"
        )
        self.assertEqual(self._judge(row), [("submitting", False)])

    def test_patience_of_the_campaign_decides_between_waiting_and_leaving_out(self):
        self._had(10)
        row = self._message()
        for hours, expected in ((13, "skipped"), (15, "queued"), (0, "skipped")):
            row.campaign_id.cap_wait_hours = hours
            self.assertEqual(self._judge(row), [(expected, "frequency_cap")])

    def test_over_all_channels(self):
        self._had(1, channel="sms", address="+32470123456", consent=False)
        self.assertEqual(self._judge(self._message())[0][1], "frequency_cap")

    def test_same_address_of_another_customer_is_the_same_person(self):
        other = self.env["res.partner"].create({"name": "Ann again"})
        self._had(1, customer_id=other.id)
        self.assertEqual(self._judge(self._message())[0][1], "frequency_cap")

    def test_a_deleted_customer_keeps_what_he_had(self):
        self._had(1)
        self.customer.unlink()
        row = self._message(customer_id=False)
        self.assertEqual(self._judge(row)[0][1], "frequency_cap")

    def test_another_customer_and_another_company_are_free(self):
        self._had(1)
        other = self.env["res.partner"].create({"name": "Bob"})
        mine = self._message("bob@x.example", customer_id=other.id)
        self.other_company.write({"marketing_cap_day": 1})
        theirs = self._message(company=self.other_company)
        self.assertEqual(self._judge(mine, theirs), [("submitting", False)] * 2)

    def test_transactional_is_exempt_and_does_not_count(self):
        self._had(1)
        row = self._message()
        row.campaign_id.is_transactional = True
        self.assertEqual(self._judge(row), [("submitting", False)])
        self.assertFalse(row.counted_at)

    def test_low_normal_and_high(self):
        self.company.write({"marketing_cap_day": 2, "marketing_cap_week": 10})
        self._had(1)
        self._prefer("low")
        self.assertEqual(self._judge(self._message())[0][1], "frequency_cap")
        self._prefer("normal")
        row = self._message()
        self.assertEqual(self._judge(row), [("submitting", False)])
        self.assertEqual(self._judge(self._message())[0][1], "frequency_cap")
        self._prefer("high")
        self.assertEqual(self._judge(self._message()), [("submitting", False)])

    def test_low_still_gets_one(self):
        self._prefer("low")
        self.assertEqual(self._judge(self._message()), [("submitting", False)])

    def test_factor_of_the_message(self):
        self._had(1)
        row = self._message(frequency_cap=2.0)
        self.assertEqual(self._judge(row), [("submitting", False)])

    def test_zero_is_no_limit(self):
        self.company.write({"marketing_cap_day": 0, "marketing_cap_week": 0})
        self._had(1)
        self.assertEqual(self._judge(self._message()), [("submitting", False)])

    def test_minimum_gap(self):
        self.company.write({"marketing_cap_day": 5, "marketing_cap_gap": 4})
        self._had(3)
        row = self._message()
        self.assertEqual(self._judge(row), [("queued", "frequency_cap")])
        self.assertAlmostEqual(self._hours_to_wait(row), 1, places=2)

    def test_two_of_one_batch_are_judged_one_after_the_other(self):
        rows = [self._message(), self._message(customer_id=False), self._message()]
        reasons = [reason for _state, reason in self._judge(*rows)]
        self.assertEqual(reasons, [False, "frequency_cap", "frequency_cap"])

    def test_other_refusals_come_first(self):
        self._had(1)
        row = self._message("new@x.example", consent=False)
        self.assertEqual(self._judge(row), [("skipped", "no_consent")])

    def test_the_gate_reads_no_more_for_more_messages(self):
        few = [self._message() for _n in range(2)]
        many = [self._message(f"c{n}@x.example", customer_id=False) for n in range(30)]
        self._hold(*few, *many)
        questions = self.env["campaign.recipient"]._gate_sql()
        # planned from now on
        gate.pass_gate(self.env.cr, questions, "nobody", [many[0].id])
        with self.assertQueryCount(1):
            ids = [row.id for row in many]
            gate.pass_gate(self.env.cr, questions, "mine", ids)
        with self.assertQueryCount(2):
            # one person twice: a turn more
            gate.pass_gate(self.env.cr, questions, "mine", [row.id for row in few])


@tagged("post_install", "-at_install")
class TestFrequencyOfWhatLeft(FrequencyCase):
    """Nothing counts that did not leave."""

    def _send_one(self, outcome=None):
        row = self._message()
        outcomes = {row.email_address: outcome} if outcome else {}
        self._pump(FakeAdapter(outcomes), campaign=row.campaign_id)
        return row

    def test_sent_counts(self):
        self.assertTrue(self._send_one().counted_at)
        row = self._send_one()
        self.assertEqual((row.state, row.reason), ("queued", "frequency_cap"))

    def test_refused_and_put_off_do_not(self):
        refused = self._send_one(Outcome(PERMANENT, "550 no", "RCPT"))
        self.assertEqual((refused.state, refused.counted_at), ("failed", False))
        put_off = self._send_one(Outcome(TRANSIENT, "451 later", "RCPT"))
        self.assertEqual((put_off.state, put_off.counted_at), ("queued", False))
        self.assertEqual(self._send_one().state, "sent")

    def test_a_doubt_counts(self):
        self.assertTrue(self._send_one(Outcome(UNKNOWN, "lost")).counted_at)
        self.assertEqual(self._send_one().reason, "frequency_cap")

    def test_a_campaign_waits_for_the_turn(self):
        self._had(23)
        row = self._message()
        wait = self._pump(campaign=row.campaign_id)
        self.assertEqual(row.state, "queued")
        self.assertTrue(3590 <= wait <= 3600)
        self.assertEqual(row.campaign_id.status, "running")

    def test_a_campaign_whose_customers_had_enough_ends(self):
        self._had(1)
        row = self._message()
        row.campaign_id.cap_wait_hours = 0
        self.assertIsNone(self._pump(campaign=row.campaign_id))
        self.assertEqual(row.state, "skipped")
        self.assertEqual(row.campaign_id.status, "completed")
