from datetime import timedelta

from psycopg2.errors import UniqueViolation

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .sender_common import SenderCase


class WarmupCase(SenderCase):
    """A domain in its warm-up: 10 messages on the first day, 20, 40, 80, 100."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.domain = cls.env["delivery.domain"].create(
            {
                "name": "a.example",
                "company_id": cls.company.id,
                "warmup_start": 10,
                "warmup_growth": 2,
                "warmup_target": 100,
            }
        )
        cls.today = fields.Date.today()

    def _sent(self, number, days_ago=1, **values):
        """Messages that left on a day that is over."""
        moment = fields.Datetime.to_datetime(self.today - timedelta(days=days_ago))
        moment += timedelta(hours=12)
        first = len(self.campaign.recipient_ids)
        names = [f"c{first + n}@x.example" for n in range(number)]
        values = {key: moment for key in values}
        return self._add(*names, consent=False, state="sent", sent_at=moment, **values)

    def _judge(self, days_ago=1):
        """Judge as if nobody had since that day; return the verdicts, oldest first."""
        self.domain.judged_on = self.today - timedelta(days=days_ago)
        self.domain.day_ids.unlink()
        self.env["delivery.domain"]._judge_days()
        return self.domain.day_ids.sorted("date").mapped("verdict")


@tagged("post_install", "-at_install")
class TestWarmup(WarmupCase):
    def test_a_new_domain_is_cold_and_limited(self):
        self.assertEqual((self.domain.stage, self.domain.daily_limit), ("cold", 10))
        self.assertEqual(self.domain.days_in_stage, 0)

    def test_a_full_day_lets_it_rise(self):
        self._sent(10)
        self.assertEqual(self._judge(), ["advanced"])
        self.assertEqual((self.domain.stage, self.domain.daily_limit), ("warming", 20))

    def test_a_day_with_less_than_half_warms_nothing(self):
        self._sent(4)
        self.assertEqual(self._judge(), ["held"])
        self.assertEqual((self.domain.stage, self.domain.daily_limit), ("warming", 10))

    def test_a_day_without_messages_leaves_it_cold(self):
        self.assertEqual(self._judge(), ["held"])
        self.assertEqual(self.domain.stage, "cold")

    def test_bad_signals_send_it_back(self):
        self.domain.write({"stage": "warming", "warmup_day": 3})
        for name in ("bounced_at", "complained_at"):
            self.campaign.recipient_ids.unlink()
            self.domain.warmup_day = 3
            self._sent(70)
            self._sent(10, **{name: True})
            self.assertEqual(self._judge(), ["stepped_back"], name)
            self.assertEqual((self.domain.warmup_day, self.domain.daily_limit), (1, 20))
            self.assertIn("goes back by 2 days", self.domain.message_ids[0].body)

    def test_one_bounce_of_few_is_no_signal(self):
        self._sent(9)
        self._sent(1, bounced_at=True)
        self.assertEqual(self._judge(), ["advanced"])

    def test_it_ends_at_the_target(self):
        self.domain.write({"stage": "warming", "warmup_day": 4})
        self._sent(60)
        self.assertEqual(self._judge(), ["done"])
        self.assertEqual(
            (self.domain.stage, self.domain.daily_limit), ("established", 0)
        )

    def test_days_that_nobody_judged_are_judged_one_by_one(self):
        self._sent(10, days_ago=3)
        self._sent(20, days_ago=2)
        self._sent(5, days_ago=1)
        self.assertEqual(self._judge(3), ["advanced", "advanced", "held"])
        self.assertEqual(self.domain.daily_limit, 40)
        planned = self.domain.day_ids.sorted("date").mapped("planned")
        self.assertEqual(planned, [10, 20, 40])

    def test_a_day_is_judged_once(self):
        self._sent(10)
        self._judge()
        self.env["delivery.domain"]._judge_days()
        self.assertEqual(len(self.domain.day_ids), 1)
        self.assertEqual(self.domain.warmup_day, 1)

    def test_late_bounces_are_counted(self):
        rows = self._sent(10)
        self._judge()
        rows[0].sudo().bounced_at = fields.Datetime.now()
        self.env["delivery.domain"]._judge_days()
        self.assertEqual(self.domain.day_ids.bounced, 1)

    def test_messages_of_others_do_not_count(self):
        self._sent(10)
        self.campaign.from_email = "shop@other.example"
        self.assertEqual(self._judge(), ["held"])

    def test_people_end_it_and_begin_again(self):
        admin = self._create_user("warm_admin", "administrator")
        domain = self.domain.with_user(admin)
        domain.action_establish()
        self.assertEqual(domain.daily_limit, 0)
        with self.assertRaisesRegex(UserError, "already"):
            domain.action_establish()
        domain.action_warm_up()
        self.assertEqual((domain.stage, domain.daily_limit), ("cold", 10))

    def test_the_cron_enqueues_one_job(self):
        domains = self.env["delivery.domain"]
        jobs = self.env["marketing.job"]
        domains._cron_judge()
        domains._cron_judge()
        waiting = [("key", "=", "warm-up"), ("state", "=", "pending")]
        self.assertEqual(jobs.search_count(waiting), 1)

    def test_a_domain_is_written_as_in_addresses(self):
        self.domain.name = " Bücher.Example. "
        self.assertEqual(self.domain.name, "xn--bcher-kva.example")

    def test_what_is_no_domain(self):
        for name in ("shop", "a@shop.example", "", "https://shop.example"):
            with self.assertRaisesRegex(ValidationError, "no domain"):
                self.domain.name = name

    def test_twice_in_the_list(self):
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"):
            self.domain.copy()


@tagged("post_install", "-at_install")
class TestWarmupCurve(WarmupCase):
    def _read(self):
        self.env.flush_all()
        rows = self.env["delivery.domain.curve"].search(
            [("domain_id", "=", self.domain.id)]
        )
        return {(row.series, (row.date - self.today).days): row.number for row in rows}

    def test_the_plan_ahead_ends_with_the_target(self):
        planned = [
            (day, n) for (series, day), n in self._read().items() if series == "planned"
        ]
        self.assertEqual(
            sorted(planned), [(0, 10), (1, 20), (2, 40), (3, 80), (4, 100)]
        )

    def test_past_days_show_both(self):
        self._sent(7)
        self._judge()
        curve = self._read()
        self.assertEqual((curve["planned", -1], curve["actual", -1]), (10, 7))
        self.assertEqual((curve["planned", 0], curve["planned", 1]), (20, 40))

    def test_today_is_what_was_used(self):
        self._add("a@x.example", "b@x.example")
        self._pump()
        self.assertEqual(self._read()["actual", 0], 2)

    def test_an_established_domain_has_no_plan(self):
        self.domain.action_establish()
        self.assertFalse(self._read())
