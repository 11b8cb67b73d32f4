import random

from odoo import fields
from odoo.tests import tagged

from ..models.email_campaign_statistics import RATES, TOTALS
from .campaign_common import CampaignCase


@tagged("post_install", "-at_install")
class TestStatistics(CampaignCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_customers(*(f"c{i}@x.example" for i in range(10)))

    def test_hand_counted(self):
        campaign = self._create_campaign()
        rows = self._send(campaign)
        now = fields.Datetime.now()
        self._mark(rows[:6], state="sent", sent_at=now)
        self._mark(rows[0], bounced_at=now)
        self._mark(rows[1:4], opened_at=now)
        self._mark(rows[1:3], clicked_at=now)
        self._mark(rows[1], unsubscribed_at=now, complained_at=now)
        self._mark(rows[6], state="failed")
        self._mark(rows[7], state="in_doubt")
        self._mark(rows[8], state="skipped", reason="no_consent")
        campaign._refresh_statistics()
        self.assertRecordValues(
            campaign,
            [
                {
                    "total_recipients": 10,
                    "total_queued": 1,
                    "total_sent": 6,
                    "total_delivered": 5,
                    "total_opened": 3,
                    "total_clicked": 2,
                    "total_bounced": 1,
                    "total_unsubscribed": 1,
                    "total_complained": 1,
                    "total_failed": 1,
                    "total_in_doubt": 1,
                    "total_skipped": 1,
                    "total_held_out": 0,
                    "total_cancelled": 0,
                    "progress": 90.0,
                }
            ],
        )
        self.assertAlmostEqual(campaign.delivery_rate, 83.33)
        self.assertAlmostEqual(campaign.open_rate, 60)
        self.assertAlmostEqual(campaign.click_rate, 40)
        self.assertAlmostEqual(campaign.ctor, 66.67)
        self.assertAlmostEqual(campaign.bounce_rate, 16.67)
        self.assertAlmostEqual(campaign.unsubscribe_rate, 20)

    def test_equal_to_a_recount_of_shuffled_states(self):
        dice = random.Random(7)
        now = fields.Datetime.now()
        campaign = self._create_campaign()
        rows = self._send(campaign)
        states = [state for state, _label in rows._fields["state"].selection]
        for _round in range(5):
            for row in rows:
                self._mark(
                    row,
                    state=dice.choice(states),
                    opened_at=dice.choice([now, False]),
                    clicked_at=dice.choice([now, False]),
                    bounced_at=dice.choice([now, False]),
                )
            campaign._refresh_statistics()
            self.assertEqual(campaign.total_recipients, len(rows))
            for name, state in (
                ("total_sent", "sent"),
                ("total_failed", "failed"),
                ("total_in_doubt", "in_doubt"),
                ("total_skipped", "skipped"),
                ("total_held_out", "held_out"),
                ("total_cancelled", "cancelled"),
            ):
                self.assertEqual(
                    campaign[name], len(rows.filtered(lambda r, s=state: r.state == s))
                )
            self.assertEqual(campaign.total_clicked, len(rows.filtered("clicked_at")))
            self.assertEqual(
                sum(
                    campaign[name]
                    for name in TOTALS
                    if name.removeprefix("total_")
                    in ("queued", "sent", "failed", "in_doubt", "skipped", "held_out")
                )
                + campaign.total_cancelled,
                len(rows),
                "the states sum up to the audience",
            )

    def test_only_changed_campaigns_are_written(self):
        first, second = self._create_campaign(), self._create_campaign()
        rows = self._send(first)
        self._send(second)
        both = first | second
        self.assertFalse(both._refresh_statistics())
        self._mark(rows[0], state="failed")
        self.assertEqual(both._refresh_statistics(), first)
        self.assertFalse(self.env["email.campaign"]._refresh_statistics())

    def test_rates_of_nothing(self):
        campaign = self._create_campaign()
        self.assertEqual([campaign[rate] for rate in RATES], [0.0] * len(RATES))

    def test_rate_of_a_group_is_a_ratio_of_sums(self):
        big = self._create_campaign(promotion_type="VIP")
        small = self._create_campaign(promotion_type="VIP")
        (big | small).flush_recordset()
        self.env.cr.execute(
            "UPDATE email_campaign SET total_delivered = 900, total_clicked = 9"
            " WHERE id = %s",
            big.ids,
        )
        self.env.cr.execute(
            "UPDATE email_campaign SET total_delivered = 100, total_clicked = 91"
            " WHERE id = %s",
            small.ids,
        )
        self.env.invalidate_all(flush=False)
        campaigns = self.env["email.campaign"]
        [[rate]] = campaigns._read_group(
            [("id", "in", (big | small).ids)], aggregates=["click_rate:avg"]
        )
        self.assertAlmostEqual(rate, 10.0)
        self.assertEqual(
            campaigns.search(
                [("id", "in", (big | small).ids)], order="click_rate desc"
            ),
            small | big,
        )
        info = campaigns.fields_get(["click_rate"], ["aggregator", "sortable"])
        self.assertEqual(info["click_rate"], {"aggregator": "avg", "sortable": True})

    def test_projection_of_clicks_refreshes_the_numbers(self):
        campaign = self._create_campaign()
        rows = self._send(campaign)
        self._mark(rows[:2], state="sent", sent_at=self._at(hours=-1))
        projection = self.env["marketing.engagement.projection"]
        projection._project(rows[:2].ids, 0)
        self.assertEqual(campaign.total_sent, 2)

    def test_cron_counts_moving_campaigns(self):
        moving, done = self._create_campaign(), self._create_campaign()
        rows = self._send(moving) | self._send(done)
        done.sudo().write({"status": "completed", "end_date": self._at(days=-4)})
        self._mark(rows, state="failed")
        self.env["email.campaign"]._cron_refresh_statistics()
        self.env["marketing.job"].search([("method", "=", "_refresh_moving")])._run()
        self.assertEqual((moving.total_failed, done.total_failed), (10, 0))

    def test_progress(self):
        campaign = self._create_campaign()
        campaign.action_send_now()
        self.assertFalse(campaign.get_progress()["prepared"])
        self._jobs("_prepare_recipients", campaign)._run()
        rows = campaign.recipient_ids
        self._mark(rows[:5], state="sent", sent_at=fields.Datetime.now())
        self._mark(rows[5], state="skipped", reason="no_consent")
        progress = campaign.with_user(self.analyst).get_progress()
        self.assertEqual(progress["total"], 10)
        self.assertEqual(progress["open"], 4)
        self.assertEqual(progress["percent"], 60.0)
        self.assertEqual(
            [(item["state"], item["count"]) for item in progress["states"]],
            [("sent", 5), ("skipped", 1), ("queued", 4)],
        )
        self.assertEqual(
            [(item["reason"], item["count"]) for item in progress["reasons"]],
            [("no_consent", 1)],
        )

    def test_statistics_are_read_only_in_forms_and_not_copied(self):
        for name in TOTALS:
            field = self.env["email.campaign"]._fields[name]
            self.assertTrue(field.readonly and not field.copy, name)
