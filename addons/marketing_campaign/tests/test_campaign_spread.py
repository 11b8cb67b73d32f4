from datetime import UTC, datetime, timedelta

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.marketing_delivery.send_window import find_zone

from ..send_window import spread
from .window_common import CountingAdapter, WindowCase


@tagged("post_install", "-at_install")
class TestCampaignSpread(WindowCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customers = cls._create_customers(
            *(f"c{n:03}@x.example" for n in range(60))
        )
        cls.customers.tz = "Asia/Tokyo"

    def _query(self, statement, *values):
        self.env.flush_all()
        self.env.cr.execute(statement, values)
        self.env.invalidate_all()

    def _spread(self, **values):
        campaign = self._create_campaign(spread_hours=True, **values)
        self._send(campaign)
        return campaign

    def _plan(self, campaign):
        with self._sending(CountingAdapter()):
            campaign._plan_messages()
        self.env.invalidate_all()

    def _hours(self, campaign, customers=None):
        rows = campaign.recipient_ids
        if customers is not None:
            rows = rows.filtered(lambda row: row.customer_id in customers)
        zone = find_zone("Asia/Tokyo")
        return [
            row.not_before.replace(tzinfo=UTC).astimezone(zone).hour for row in rows
        ]

    def _click(self, customers, hour, number=40, company=None):
        """Human clicks at an hour in Tokyo, nine hours ahead of UTC."""
        sender = self._create_campaign(
            company_id=(company or self.company).id,
            segment_ids=False,
            template_id=False,
        )
        moment = datetime.now(UTC).replace(tzinfo=None, minute=30) - timedelta(days=3)
        moment = moment.replace(hour=hour) - timedelta(hours=9)
        for customer in customers:
            row = (
                self.env["campaign.recipient"]
                .sudo()
                .create(
                    {
                        "campaign_id": sender.id,
                        "company_id": sender.company_id.id,
                        "customer_id": customer.id,
                        "address_key": f"k{customer.id}",
                        "send_key": f"click-{sender.id}-{customer.id}",
                        "state": "sent",
                    }
                )
            )
            self.env.flush_all()
            self.env.cr.execute(
                """INSERT INTO delivery_click (recipient_id, campaign_id, customer_id,
                          company_id, link_position, source_id, event_id, clicked_at,
                          verdict)
                   SELECT %s, %s, %s, %s, 0, 'odoo', 'e' || %s || '-' || n, %s, 'human'
                     FROM generate_series(1, %s) n""",
                [
                    row.id,
                    sender.id,
                    customer.id,
                    sender.company_id.id,
                    row.id,
                    moment,
                    number,
                ],
            )

    def test_all_leave_by_day_within_24_hours(self):
        campaign = self._spread()
        self._plan(campaign)
        self.assertTrue(all(6 <= hour < 22 for hour in self._hours(campaign)))
        now = datetime.now(UTC).replace(tzinfo=None)
        for row in campaign.recipient_ids:
            self.assertTrue(-3601 <= (row.not_before - now).total_seconds() <= 86_401)
            self.assertEqual(row.tz_offset, 540)
        self.assertGreater(len(set(self._hours(campaign))), 8)

    def test_customers_get_the_hour_at_which_they_click(self):
        early, late = self.customers[:20], self.customers[20:40]
        # Each draws an hour by a random key: 400 clicks make 99 % of them this one.
        self._click(early, 7, number=400)
        self._click(late, 20, number=400)
        campaign = self._spread()
        self._plan(campaign)
        self.assertGreater(self._hours(campaign, early).count(7), 14)
        self.assertGreater(self._hours(campaign, late).count(20), 14)

    def test_who_never_clicked_follows_all_others(self):
        self._click(self.customers[:30], 12)
        campaign = self._spread()
        self._plan(campaign)
        self.assertGreater(self._hours(campaign, self.customers[30:]).count(12), 24)

    def test_clicks_of_another_company_do_not_count(self):
        self._click(self.customers, 12, company=self.other_company)
        campaign = self._spread()
        self._plan(campaign)
        self.assertLess(self._hours(campaign).count(12), 20)

    def test_a_plan_is_made_once(self):
        campaign = self._spread()
        self._plan(campaign)
        times = campaign.recipient_ids.mapped("not_before")
        self._plan(campaign)
        self.assertEqual(campaign.recipient_ids.mapped("not_before"), times)

    def test_nothing_leaves_before_its_time(self):
        campaign = self._spread()
        self._plan(campaign)
        self._query(
            """UPDATE campaign_recipient SET not_before = '2999-01-01'
                WHERE campaign_id = %s""",
            campaign.id,
        )
        adapter = CountingAdapter()
        self.assertEqual(self._pump(campaign, adapter), 3600)
        self.assertFalse(adapter.messages)

    def test_as_many_statements_for_any_number(self):
        campaign = self._spread()
        self.env.flush_all()
        with self.assertQueryCount(5):
            spread.write_hours(
                self.env.cr, campaign.id, self.company.id, campaign._find_customer_zone
            )

    def test_not_with_sending_hours_and_not_while_it_is_sent(self):
        with self.assertRaisesRegex(ValidationError, "not both"):
            self._create_campaign(spread_hours=True, use_send_window=True)
        campaign = self._spread()
        with self.assertRaisesRegex(UserError, "pause it"):
            campaign.with_user(self.user).spread_hours = False
