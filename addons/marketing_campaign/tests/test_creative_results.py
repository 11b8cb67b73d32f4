import random
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from ..models import email_campaign_creatives
from .creative_common import CreativeCase


@tagged("post_install", "-at_install")
class TestCreativeResults(CreativeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_customers(*(f"c{n}@x.example" for n in range(40)))
        cls.campaign = cls._create_tested(cls.ham, cls.tea)

    def setUp(self):
        super().setUp()
        self.rows = self._send(self.campaign)

    def _of(self, creative):
        return self.rows.filtered(lambda row: row.creative_id == creative)

    def _set(self, *counts):
        """Results as (creative, assigned, clicked), without forty thousand messages."""
        self.env.cr.execute("DELETE FROM email_creative_stats")
        for creative, assigned, clicked in counts:
            self.env.cr.execute(
                """INSERT INTO email_creative_stats (campaign_id, creative_id,
                          company_id, assigned, sent, delivered, clicked)
                   VALUES (%s, %s, %s, %s, %s, %s, %s)""",
                [self.campaign.id, creative.id, self.company.id]
                + [assigned] * 3
                + [clicked],
            )
        self.env.invalidate_all()
        return self.campaign.creative_verdict

    def test_hand_counted(self):
        now = fields.Datetime.now()
        ham, tea = self._of(self.ham), self._of(self.tea)
        self._mark(ham, state="sent", sent_at=now)
        self._mark(ham[0], bounced_at=now)
        self._mark(ham[1:4], opened_at=now, clicked_at=now)
        self._mark(ham[4], unsubscribed_at=now)
        order = self.env["sale.order"].create({"partner_id": ham[1].customer_id.id})
        self.env.cr.execute(
            """INSERT INTO marketing_attribution (order_id, company_id, order_date,
                                                  campaign_id, recipient_id, revenue)
               VALUES (%s, %s, now(), %s, %s, 25)""",
            [order.id, self.company.id, self.campaign.id, ham[1].id],
        )
        first, second = self._count(self.campaign)
        self.assertRecordValues(
            first,
            [
                {
                    "creative_id": self.ham.id,
                    "assigned": len(ham),
                    "sent": len(ham),
                    "delivered": len(ham) - 1,
                    "opened": 3,
                    "clicked": 3,
                    "unsubscribed": 1,
                    "orders": 1,
                    "revenue": 25,
                }
            ],
        )
        self.assertAlmostEqual(first.click_rate, 300 / (len(ham) - 1), places=2)
        self.assertFalse(first.comparison)
        self.assertEqual((second.assigned, second.sent), (len(tea), 0))
        self.assertTrue(second.comparison.startswith("\N{MINUS SIGN}"))

    def test_shuffled_changes_equal_a_rebuild(self):
        rng = random.Random(11)
        now = fields.Datetime.now()
        for _round in range(4):
            for row in rng.sample(list(self.rows), 20):
                self._mark(
                    row,
                    state=rng.choice(["sent", "failed", "queued"]),
                    clicked_at=rng.choice([now, False]),
                    bounced_at=rng.choice([now, False]),
                )
            stats = self._count(self.campaign)
        names = ["assigned", "sent", "delivered", "clicked"]
        found = {row.creative_id: [row[name] for name in names] for row in stats}
        for creative in (self.ham, self.tea):
            mine = self._of(creative)
            sent = mine.filtered(lambda row: row.state == "sent")
            delivered = sent.filtered(lambda row: not row.bounced_at)
            clicked = mine.filtered("clicked_at")
            counted = [len(part) for part in (mine, sent, delivered, clicked)]
            self.assertEqual(found[creative], counted)
        self.env.cr.execute("DELETE FROM email_creative_stats")
        again = self._count(self.campaign)
        self.assertEqual(
            {row.creative_id: [row[name] for name in names] for row in again}, found
        )

    def test_campaigns_without_creatives_have_no_rows(self):
        plain = self.env.ref("marketing_campaign.template_favourite_category")
        other = self._create_campaign(template_id=plain.id)
        self._send(other)
        self.assertFalse(self._count(other))
        self.assertFalse(other.creative_verdict)

    def test_no_difference_shown_yet(self):
        verdict = self._set((self.ham, 500, 25), (self.tea, 500, 20))
        self.assertIn("No difference shown yet", verdict)
        self.assertIn("+1.0 points (\N{MINUS SIGN}1.6 to +3.7)", verdict)
        self.assertIn("Still being sent", verdict)

    def test_difference_names_the_better_first(self):
        verdict = self._set((self.ham, 5000, 200), (self.tea, 5000, 300))
        self.assertIn("“Tea time” was clicked more often than “Ham week”", verdict)
        self.assertNotIn("No difference", verdict)

    def test_several_comparisons_are_stricter(self):
        oat = self._create_creative("Oats")
        counts = ((self.ham, 1000, 50), (self.tea, 1000, 72))
        self.assertIn("more often", self._set(*counts))
        verdict = self._set(*counts, (oat, 1000, 60))
        self.assertNotIn("more often", verdict)
        self.assertEqual(verdict.count("No difference shown yet"), 3)
        self.assertIn("3 comparisons", verdict)

    def test_broken_draw_is_not_read(self):
        verdict = self._set((self.ham, 5000, 900), (self.tea, 3000, 100))
        self.assertIn("do not read", verdict)
        self.assertNotIn("more often", verdict)

    def test_nothing_sent_and_one_creative(self):
        self._count(self.campaign)
        self.assertEqual(self.campaign.creative_verdict, "Nothing has been sent yet.")
        self.assertFalse(self._set((self.ham, 500, 25)))

    def test_finished_campaign_says_no_more_wait(self):
        self.campaign.sudo().status = "completed"
        with patch.object(email_campaign_creatives, "MISMATCH", 0):
            verdict = self._set((self.ham, 5000, 900), (self.tea, 3000, 100))
        self.assertNotIn("Still being sent", verdict)
        self.assertIn("more often", verdict)
