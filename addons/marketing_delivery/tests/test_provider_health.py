from datetime import timedelta

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..sender import allowance, pacing
from .sender_common import SenderCase


@tagged("post_install", "-at_install")
class TestProviderStatus(SenderCase):
    def _status(self):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.provider.status, self.provider.status_detail

    def test_from_untested_to_healthy(self):
        self.assertEqual(self._status(), ("untested", False))
        self.provider._mark_up()
        self.assertEqual(self._status(), ("healthy", False))

    def test_down_says_why(self):
        self.provider._mark_down("535 wrong password")
        self.assertEqual(self._status(), ("down", "535 wrong password"))

    def test_a_limit_that_is_used_up(self):
        self.provider._mark_up()
        self.provider.cap_per_hour = 5
        self.env.flush_all()
        pools = allowance.Pools(self.provider.id)
        allowance.prepare(self.env.cr, pools)
        allowance.take(self.env.cr, pools, 4)
        self.assertEqual(self._status()[0], "healthy")
        self.assertEqual((self.provider.hour_left, self.provider.hour_percent), (1, 80))
        allowance.take(self.env.cr, pools, 1)
        self.assertEqual(
            self._status(), ("throttled", "The limit of this hour is used up.")
        )
        self.assertEqual((self.provider.hour_left, self.provider.day_percent), (0, 0))

    def test_a_mailbox_provider_that_rests(self):
        self.provider._mark_up()
        groups = pacing.prepare(self.env.cr, self.provider.id, self.company.id)
        pace = pacing.Pacing(self.env.cr, self.provider.id, groups)
        pace.learn([("a@gmail.com", True)] * 3)
        self.assertEqual(self._status(), ("throttled", "Gmail put messages off."))

    def test_a_domain_that_warms_up(self):
        self.provider._mark_up()
        domain = self.env["delivery.domain"].create(
            {"name": "new.example", "provider_id": self.provider.id}
        )
        self.assertEqual(self._status(), ("warming", "new.example"))
        domain.action_establish()
        self.assertEqual(self._status(), ("healthy", False))

    def test_sender_domains_are_domains(self):
        self.provider.sender_domains = "a.example, b.example"
        with self.assertRaisesRegex(ValidationError, "news"):
            self.provider.sender_domains = "a.example shop@b.example"

    def test_who_may_change_the_routing(self):
        user = self._create_user("route_user", "user")
        with self.assertRaises(Exception) as caught:
            self.provider.with_user(user).sender_domains = "a.example"
        self.assertIn("not allowed", str(caught.exception))
        self.assertEqual(self.provider.with_user(user).status, "untested")


@tagged("post_install", "-at_install")
class TestReputation(SenderCase):
    def _sent(self, number, days_ago=1, **values):
        self.env.cr.execute(
            """INSERT INTO campaign_recipient (company_id, campaign_id, provider_id,
                      address_key, state, sent_at, complained_at, bounced_at)
               SELECT %s, %s, %s, md5(random()::text), 'sent', %s, %s, %s
                 FROM generate_series(1, %s)""",
            [
                self.company.id,
                self.campaign.id,
                self.provider.id,
                fields.Datetime.now() - timedelta(days=days_ago),
                values.get("complained_at"),
                values.get("bounced_at"),
                number,
            ],
        )

    def _refresh(self):
        self.env["delivery.provider"]._refresh_reputation()
        return self.provider.reputation

    def test_nothing_sent_says_nothing(self):
        self.assertEqual(self._refresh(), 0)
        self.assertEqual(self.provider.reputation_sent, 0)

    def test_complaints_and_bounces_cost(self):
        self._sent(2000)
        clean = self._refresh()
        self.assertTrue(90 < clean <= 100)
        now = fields.Datetime.now()
        self._sent(100, bounced_at=now)
        bounced = self._refresh()
        self.assertTrue(60 < bounced < clean - 5)
        self._sent(5, complained_at=now)
        self.assertTrue(self._refresh() < bounced - 10)
        self.assertEqual(self.provider.reputation_sent, 2105)

    def test_seven_days(self):
        self._sent(50, days_ago=8, complained_at=fields.Datetime.now())
        self._sent(10)
        self._refresh()
        self.assertEqual(self.provider.reputation_sent, 10)

    def test_one_statement_for_all_providers(self):
        for number in range(5):
            self._create_provider(name=f"P{number}")
        self._sent(10)
        self._refresh()
        self.env.flush_all()
        providers = self.env["delivery.provider"]
        with self.assertQueryCount(2):
            providers._refresh_reputation()

    def test_the_cron_enqueues_one_job(self):
        providers, jobs = self.env["delivery.provider"], self.env["marketing.job"]
        providers._cron_refresh_reputation()
        providers._cron_refresh_reputation()
        waiting = [("key", "=", "reputation"), ("state", "=", "pending")]
        self.assertEqual(jobs.search_count(waiting), 1)
