import hashlib

from odoo.tests import tagged

from odoo.addons.marketing_engine import experiments

from .campaign_common import CampaignCase


@tagged("post_install", "-at_install")
class TestHoldout(CampaignCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.marketing_holdout_percent = 20
        cls.customers = cls._create_customers(*(f"c{i}@x.example" for i in range(800)))

    def test_shares_and_propensities(self):
        campaign = self._create_campaign()
        rows = self._send(campaign)
        held = rows.filtered(lambda row: row.state == "held_out")
        counts = [len(held), len(rows) - len(held)]
        self.assertGreater(experiments.srm(counts, [0.2, 0.8]), 0.001)
        self.assertEqual(set(held.mapped("arm")), {"global_holdout"})
        self.assertEqual(set(held.mapped("reason")), {"global_holdout"})
        self.assertEqual(set((rows - held).mapped("arm")), {"treated"})
        for row in held[:3]:
            self.assertAlmostEqual(row.propensity, 0.2)
        for row in (rows - held)[:3]:
            self.assertAlmostEqual(row.propensity, 0.8)
        self.assertEqual(campaign.total_held_out, len(held))
        self.assertEqual(campaign._estimate_audience()["held_out"], len(held))

    def test_sql_assigns_as_the_engine_does(self):
        campaign = self._create_campaign()
        rows = self._send(campaign)
        salt = self.company.sudo().marketing_holdout_salt
        for row in rows:
            bucket = experiments.assign_bucket(salt, row.customer_id.id)
            self.assertEqual(row.state == "held_out", bucket < 2000)
        sample = rows[0].customer_id.id
        digest = hashlib.sha256(f"{salt}:{sample}".encode()).hexdigest()
        self.assertEqual(
            experiments.assign_bucket(salt, sample), int(digest[:8], 16) % 10_000
        )

    def test_the_same_customers_in_each_campaign(self):
        held = [
            self._send(self._create_campaign())
            .filtered(lambda row: row.state == "held_out")
            .customer_id
            for _number in range(2)
        ]
        self.assertEqual(held[0], held[1])

    def test_more_holdout_keeps_the_earlier_customers(self):
        campaign = self._create_campaign()
        before = self._send(campaign).filtered(lambda row: row.state == "held_out")
        self.company.marketing_holdout_percent = 40
        after = self._send(self._create_campaign()).filtered(
            lambda row: row.state == "held_out"
        )
        self.assertLess(before.customer_id, after.customer_id)

    def test_refused_customers_are_skipped_in_either_arm(self):
        self.env.cr.execute("DELETE FROM email_subscription_preference")
        campaign = self._create_campaign(is_transactional=False)
        campaign.sudo().status = "running"
        self.env["email.campaign"]._prepare_recipients(campaign.id)
        self.assertEqual(set(campaign.recipient_ids.mapped("state")), {"skipped"})

    def test_no_holdout(self):
        self.company.marketing_holdout_percent = 0
        rows = self._send(self._create_campaign())
        self.assertEqual(set(rows.mapped("state")), {"queued"})
        self.assertEqual(set(rows.mapped("propensity")), {1.0})
