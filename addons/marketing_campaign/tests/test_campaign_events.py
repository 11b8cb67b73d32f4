from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from odoo.addons.marketing_base.tests.event_common import EventMixin

from .attribution_common import ORDERED, AttributionCase


@tagged("post_install", "-at_install")
class TestCampaignEvents(EventMixin, AttributionCase):
    def setUp(self):
        super().setUp()
        self.recipients = self.env["campaign.recipient"]

    def of(self, campaign, event_type):
        return [e for e in self.logged(event_type) if e["campaign_id"] == campaign.id]

    def test_created(self):
        campaign = self._create_campaign(name="Three")
        copy = campaign.copy()
        [event] = self.of(campaign, "campaign_created")
        self.assertEqual(event["company_id"], self.company.id)
        self.assertEqual(
            event["properties"],
            {"user_id": self.env.uid, "target_segment_ids": self.segment.ids},
        )
        self.assertEqual(len(self.of(copy, "campaign_created")), 1)

    def test_launched_paused_and_resumed(self):
        self.one.action_send_now()
        self.one.start_date = fields.Datetime.now() - timedelta(hours=3)
        self.one.action_pause()
        self.one.action_resume()
        launched = self.of(self.one, "campaign_launched")
        self.assertEqual(
            sorted(event["properties"]["is_resumed"] for event in launched),
            [False, True],
        )
        [paused] = self.of(self.one, "campaign_paused")
        self.assertEqual(paused["properties"]["pause_reason"], "Paused by a user")
        self.assertAlmostEqual(
            paused["properties"]["time_to_pause_hours"], 3, delta=0.2
        )
        self.assertEqual(paused["properties"]["user_id"], self.env.uid)

    def test_other_changes_are_no_events(self):
        self.one.name = "New name"
        self.one.action_cancel()
        for event_type in ("campaign_launched", "campaign_paused"):
            self.assertFalse(self.of(self.one, event_type))

    def test_a_credited_order_is_converted_once(self):
        self._click(self.one, ORDERED - timedelta(hours=2))
        order = self._order(amount=80)
        self._refresh()
        self.env["marketing.attribution"]._refresh_all()
        [event] = self.logged("campaign_converted")
        self.assertEqual(event["campaign_id"], self.one.id)
        self.assertEqual(event["partner_id"], self.anna.id)
        self.assertEqual(event["occurred_at"], ORDERED)
        self.assertEqual(
            event["properties"],
            {
                "order_id": order.id,
                "order_value": 80,
                "conversion_delay_seconds": 7200,
                "attribution_model": "last_human_click",
            },
        )

    def test_an_order_credited_to_another_campaign_is_converted_there_too(self):
        self._click(self.one, ORDERED - timedelta(hours=2))
        self._order()
        self._refresh()
        self._click(self.two, ORDERED - timedelta(hours=1))
        self._refresh()
        campaigns = [e["campaign_id"] for e in self.logged("campaign_converted")]
        self.assertEqual(sorted(campaigns), sorted(self.campaigns.ids))

    def test_an_order_that_nobody_led_to_is_not_converted(self):
        self._order()
        self._refresh()
        self.assertFalse(self.logged("campaign_converted"))

    def message(self, days, **values):
        now = fields.Datetime.now()
        row = self.recipients.create(
            {
                "company_id": self.company.id,
                "campaign_id": self.one.id,
                "customer_id": self.anna.id,
                "address_key": f"key{len(self.recipients.search([]))}",
                "state": "sent",
                "sent_at": now - timedelta(days=days),
                **values,
            }
        )
        row.flush_recordset()
        return row

    def test_abandoned_is_what_nobody_opened_for_a_week_or_left_after(self):
        now = fields.Datetime.now()
        expired = self.message(8)
        left = self.message(3, unsubscribed_at=now - timedelta(days=1))
        left_after_opening = self.message(
            9, opened_at=now, unsubscribed_at=now - timedelta(days=2)
        )
        for values in (
            {"days": 6},
            {"days": 8, "opened_at": now},
            {"days": 8, "clicked_at": now},
            {"days": 8, "bounced_at": now},
            {"days": 8, "state": "failed"},
            {"days": 30},
        ):
            self.message(**values)
        self.assertEqual(self.recipients._log_abandoned(), 3)
        self.assertEqual(self.recipients._log_abandoned(), 0)
        found = {
            event["recipient_id"]: event["properties"]
            for event in self.logged("campaign_abandoned")
        }
        self.assertEqual(
            found,
            {
                expired.id: {"reason": "expired", "days_to_abandon": 7},
                left.id: {"reason": "unsubscribed", "days_to_abandon": 2},
                left_after_opening.id: {
                    "reason": "unsubscribed",
                    "days_to_abandon": 7,
                },
            },
        )
