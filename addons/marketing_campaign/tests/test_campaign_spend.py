from datetime import timedelta

from psycopg2.errors import CheckViolation

from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.tests import tagged, warmup
from odoo.tools import mute_logger

from .campaign_common import CampaignCase


@tagged("post_install", "-at_install")
class TestCampaignSpend(CampaignCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_customers(*(f"c{number}@x.example" for number in range(4)))
        cls.provider.cost_per_message = 0.25

    def _accepted(self, count, **values):
        campaign = self._create_campaign(**values)
        rows = self._send(campaign)
        self._mark(rows[:count], state="sent", provider_id=self.provider.id)
        campaign._refresh_statistics()
        return campaign

    def test_only_accepted_messages_cost(self):
        campaign = self._accepted(3)
        self.assertEqual(campaign.spend, 0.75)
        self._mark(campaign.recipient_ids[0], bounced_at=fields.Datetime.now())
        campaign._refresh_statistics()
        self.assertEqual(campaign.spend, 0.75, "a bounced message was accepted first")

    def test_fractions_of_a_cent_add_up(self):
        self.provider.cost_per_message = 0.0045
        self.assertEqual(self._accepted(4).spend, 0.02)

    def test_each_provider_at_its_price_and_currency(self):
        # not used by any other record of the test, so that its rate is ours alone
        currency = self.env["res.currency"].create(
            {
                "name": "XMM",
                "symbol": "X",
                "rate_ids": [
                    Command.create(
                        {
                            "name": "2020-01-01",
                            "rate": 2.0,
                            "company_id": self.company.id,
                        }
                    )
                ],
            }
        )
        other = self.provider.copy({"cost_per_message": 3, "currency_id": currency.id})
        campaign = self._accepted(3)
        self._mark(campaign.recipient_ids[0], provider_id=other.id)
        other.active = False
        campaign._refresh_statistics()
        self.assertEqual(campaign.spend, 0.5 + 1.5)

    def test_a_new_price_leaves_old_campaigns_alone(self):
        campaign = self._accepted(2)
        campaign.sudo().write(
            {"status": "completed", "end_date": fields.Datetime.now()}
        )
        self.provider.cost_per_message = 0.5
        campaign._refresh_statistics()
        self.assertEqual(campaign.spend, 1.0, "still counted")
        campaign.sudo().end_date -= timedelta(days=4)
        self.provider.cost_per_message = 100
        campaign._refresh_statistics()
        self.assertEqual(campaign.spend, 1.0)

    def test_days_share_it_by_the_messages_accepted(self):
        campaign = self._accepted(3)
        rows = campaign.recipient_ids.filtered(lambda row: row.state == "sent")
        for row, day in zip(rows, (1, 1, 2), strict=True):
            self._mark(row, sent_at=f"2026-01-0{day} 12:00:00")
        self.assertEqual(self._count_days(campaign), [0.5, 0.25])
        self.provider.cost_per_message = 1
        self.assertEqual(self._count_days(campaign), [2, 1], "a new price is counted")
        self.env["campaign.daily.stats"]._rebuild()
        self.env.invalidate_all()
        self.assertEqual(campaign.day_ids.sorted("day").mapped("spend"), [2, 1])

    def _count_days(self, campaign):
        campaign._refresh_statistics()
        self.env["campaign.daily.stats"]._run()
        self.env.invalidate_all()
        return campaign.day_ids.sorted("day").mapped("spend")

    def test_no_price_is_no_spend(self):
        campaign = self._accepted(2)
        self.provider.cost_per_message = 0
        campaign._refresh_statistics()
        self.assertEqual(campaign.spend, 0)

    @warmup
    def test_cost_of_counting_does_not_grow(self):
        campaigns = self._accepted(2) | self._accepted(3) | self._accepted(4)
        campaigns.mapped("company_id.currency_id")
        self.env.flush_all()
        with self.assertQueryCount(3):
            campaigns._refresh_spend()

    def test_nobody_writes_it(self):
        campaign = self._create_campaign().with_user(self.user)
        with self.assertRaises(AccessError):
            campaign.spend = 1
        with self.assertRaises(AccessError):
            campaign.create({"name": "Dear", "spend": 1})

    def test_negative_cost(self):
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"):
            self.provider.cost_per_message = -1
            self.env.flush_all()
