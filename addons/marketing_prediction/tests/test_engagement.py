import json
from datetime import timedelta

import numpy as np

from odoo.tests import tagged
from odoo.tools import SQL

from ..methods import METHODS
from .common import PredictionCase

_INSERT = """
    INSERT INTO campaign_recipient (company_id, campaign_id, customer_id, address_key,
           email_address, step_key, state, sent_at, clicked_at, bounced_at)
    SELECT %(company)s, %(campaign)s, customer_id, md5(customer_id::text),
           'x@example.com', 'week ' || week, 'sent', sent_at, clicked_at, bounced_at
      FROM jsonb_to_recordset(%(rows)s::jsonb)
        AS message (customer_id int, week int, sent_at timestamp,
                    clicked_at timestamp, bounced_at timestamp)
"""


@tagged("post_install", "-at_install")
class TestEngagement(PredictionCase):
    """People who click as they are made to; every other one gets a message a month."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner_ids = cls.sell(cls.company_a, [[(120, 20.0)]] * 900)
        rng = np.random.default_rng(5)
        cls.chances = rng.beta(1.0, 2.0, 900)
        cls.sent = np.ones((900, 22), bool)
        cls.sent[::2] = np.arange(22) % 4 == 0
        cls.clicked = (rng.random((900, 22)) < cls.chances[:, None]) & cls.sent
        cls.campaign = cls.env["email.campaign"].create(
            {"name": "Weekly", "company_id": cls.company_a.id}
        )
        cls.env.flush_all()
        cls.write_all()
        cls.method = METHODS["engagement"]

    @classmethod
    def write_all(cls):
        rows = []
        for place, week in zip(*np.nonzero(cls.sent), strict=True):
            sent = cls.day(3 + 7 * int(week))
            click = sent + timedelta(hours=3)
            rows.append(
                {
                    "customer_id": cls.partner_ids[place],
                    "week": int(week),
                    "sent_at": str(sent),
                    "clicked_at": str(click) if cls.clicked[place, week] else None,
                }
            )
        cls.env.cr.execute(
            SQL(
                _INSERT,
                company=cls.company_a.id,
                campaign=cls.campaign.id,
                rows=json.dumps(rows),
            )
        )

    def test_score_is_a_chance(self):
        model = self.fit(self.company_a, "engagement")
        self.assertEqual((model.verdict, model.state), ("better", "in_use"))
        self.assertGreater(model.gain_low, 0)
        self.score(model)
        rows = self.rows(
            self.company_a,
            "engagement_score",
            "engagement_clicks",
            "engagement_written",
        )
        scores = np.array([float(rows[id_][0]) for id_ in self.partner_ids])
        # four messages came within the 30 days of the test, one to every other customer
        truth = 100 * (1 - (1 - self.chances) ** self.sent[:, :4].sum(axis=1))
        self.assertAlmostEqual(scores.mean(), truth.mean(), delta=8)
        self.assertGreater(np.corrcoef(scores, truth)[0, 1], 0.7)
        for place, id_ in enumerate(self.partner_ids[:50]):
            self.assertEqual(rows[id_][1], self.clicked[place].sum())
            self.assertEqual(rows[id_][2], self.sent[place].sum())
        profile = self.profiles.search([("partner_id", "=", self.partner_ids[0])])
        self.assertIn("of 6 messages", profile.engagement_explanation)
        partner = profile.partner_id.with_company(self.company_a)
        self.assertEqual(partner.marketing_engagement_score, profile.engagement_score)

    def test_no_drift_right_after_the_fit(self):
        """Though customers are others than a month ago, by whom it was judged."""
        model = self.fit(self.company_a, "engagement")
        self.assertEqual(model.state, "in_use")
        self.env.cr.execute(
            "UPDATE campaign_recipient SET clicked_at = NULL WHERE campaign_id = %s",
            [self.campaign.id],
        )
        self.score(model)
        self.models._measure_drift(model.id)
        self.assertEqual((model.drift, model.has_drifted), (0.0, False))
        self.assertEqual(model.scored_count, 900)

    def test_nothing_of_the_future_is_known(self):
        data = self.method.read_training(self.env, self.company_a, self.today)
        cut = data["cuts"][0]
        before = self.method.read_scoring(self.env, self.company_a, cut, 0, 2**31 - 1)
        first = data["number"] == 1
        for name in ("partner_id", "clicks", "click_days", "orders", "order_days"):
            np.testing.assert_allclose(data[name][first], before[name], err_msg=name)
        clicked = data["clicked"][~first]
        # weeks 0 to 3 are those sent in the last 30 days; week 4's click is older
        np.testing.assert_array_equal(clicked, self.clicked[:, :4].any(axis=1))

    def test_who_was_not_written_to_has_none(self):
        self.env.cr.execute(
            """UPDATE campaign_recipient SET bounced_at = sent_at
                WHERE campaign_id = %s AND customer_id = %s""",
            [self.campaign.id, self.partner_ids[0]],
        )
        data = self.method.read_scoring(
            self.env, self.company_a, self.today, 0, 2**31 - 1
        )
        self.assertNotIn(self.partner_ids[0], data["partner_id"])
        other = self.method.read_scoring(
            self.env, self.company_b, self.today, 0, 2**31 - 1
        )
        self.assertFalse(other["partner_id"].size)

    def test_without_messages_there_is_not_enough(self):
        model = self.fit(self.company_b, "engagement")
        self.assertEqual(model.verdict, "not_enough")
        self.assertIn("0 of 200 customers", model.reason)
