from odoo.tests import tagged

from .common import PredictionCase


@tagged("post_install", "-at_install")
class TestHistory(PredictionCase):
    """Predictions in the monthly standing, and in the pattern of inactivity."""

    def test_predictions_are_noted_and_weigh_inactivity(self):
        partner_ids = self.sell(self.company_a, [[(60, 10.0)], [(70, 20.0)]])
        self.profiles._refresh_full(self.company_a)
        self.env.cr.execute(
            """UPDATE customer_profile SET p_alive = 0.25, clv_12m = 12.5,
                      value_segment = 'high', churn_probability = 0.5,
                      engagement_score = 3.5, churn_month_probability = 0.75
                WHERE partner_id = %s""",
            [partner_ids[0]],
        )
        self.profiles.invalidate_model(flush=False)
        patterns = self.env["customer.pattern"]
        patterns._refresh_company(self.company_a.id)
        known, unknown = (
            patterns.search([("partner_id", "=", id_), ("pattern", "=", "INACTIVE")])
            for id_ in partner_ids
        )
        self.assertAlmostEqual(known.score, 0.75)
        self.assertEqual(unknown.score, 1, "no model has said anything of it")
        history = self.env["customer.profile.history"]
        history._note_month(self.company_a)
        row = history.search([("partner_id", "=", partner_ids[0])])
        self.assertEqual(
            (row.clv_12m, row.value_segment, row.p_alive), (12.5, "high", 0.25)
        )
        self.assertEqual((row.churn_probability, row.engagement_score), (0.5, 3.5))
        self.assertEqual(row.churn_month_probability, 0.75)
        self.assertEqual(row.pattern_primary, "INACTIVE")
