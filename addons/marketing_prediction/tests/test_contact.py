import json
from datetime import datetime, time, timedelta

import numpy as np

from odoo.tests import tagged
from odoo.tools import SQL

from ..methods import METHODS
from .common import PredictionCase

_INSERT = """
    INSERT INTO campaign_recipient (company_id, campaign_id, customer_id, address_key,
           email_address, step_key, channel, state, sent_at, clicked_at,
           unsubscribed_at)
    SELECT %(company)s, %(campaign)s, customer_id, md5(customer_id::text),
           'x@example.com', step, channel, 'sent', sent_at, clicked_at, unsubscribed_at
      FROM jsonb_to_recordset(%(rows)s::jsonb)
        AS message (customer_id int, step text, channel text, sent_at timestamp,
                    clicked_at timestamp, unsubscribed_at timestamp)
"""
WEEKS = 16


@tagged("post_install", "-at_install")
class TestContact(PredictionCase):
    """Half of the people click in the morning only, half in the evening only."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner_ids = cls.sell(cls.company_a, [[(120, 20.0)]] * 400)
        cls.campaign = cls.env["email.campaign"].create(
            {"name": "Weekly", "company_id": cls.company_a.id}
        )
        cls.env.flush_all()
        cls.env.cr.execute(
            "UPDATE res_partner SET tz = 'Asia/Tokyo', country_id = NULL"
            " WHERE id = ANY(%s)",
            [cls.partner_ids],
        )
        rng = np.random.default_rng(8)
        cls.chances = rng.beta(1.0, 1.5, 400)
        rows = []
        for place, customer_id in enumerate(cls.partner_ids):
            for week in range(WEEKS):
                for step, hour in (("morning", 8), ("evening", 19)):
                    rows.append(cls.message(rng, place, customer_id, week, step, hour))
        cls.env.cr.execute(
            SQL(
                _INSERT,
                company=cls.company_a.id,
                campaign=cls.campaign.id,
                rows=json.dumps(rows),
            )
        )
        cls.method = METHODS["contact"]

    @classmethod
    def message(cls, rng, place, customer_id, week, step, hour):
        # Tokyo is nine hours ahead and has no summer time
        day = cls.today - timedelta(days=4 + 7 * week)
        sent = datetime.combine(day, time(hour)) - timedelta(hours=9)
        likes = step == ("morning", "evening")[place % 2]
        clicks = likes and rng.random() < cls.chances[place]
        leaves = place % 50 == 0 and week == 8 and step == "morning"
        return {
            "customer_id": customer_id,
            "step": f"{step} {week}",
            "channel": "sms" if place % 2 and step == "evening" else "email",
            "sent_at": str(sent),
            "clicked_at": str(sent + timedelta(minutes=20)) if clicks else None,
            "unsubscribed_at": str(sent) if leaves else None,
        }

    def test_habits_are_found_with_their_numbers(self):
        model = self.fit(self.company_a, "contact")
        self.assertEqual((model.verdict, model.state), ("better", "in_use"))
        self.assertTrue(model.parameters["hour_is_proved"])
        self.score(model)
        rows = self.rows(self.company_a, *self.method.outputs)
        hours, risks = [], []
        for place, id_ in enumerate(self.partner_ids):
            row = dict(zip(self.method.outputs, rows[id_], strict=True))
            if row["contact_hour_count"] >= 3:
                hours.append(row["contact_hour"] == (8, 19)[place % 2])
                self.assertEqual(row["contact_channel"], ("email", "sms")[place % 2])
            self.assertAlmostEqual(row["contact_frequency"], 2.0, delta=0.01)
            self.assertLessEqual(row["contact_frequency_count"], WEEKS + 1)
            risks.append(row["complaint_risk"])
        self.assertGreater(len(hours), 200)
        self.assertTrue(all(hours))
        # eight of 12,800 messages; so few that nobody can be told from the others
        self.assertAlmostEqual(np.mean(risks), 8 / 12_800, delta=3e-4)
        profile = self.profiles.search([("partner_id", "=", self.partner_ids[0])])
        self.assertIn("about 2.0 a week", profile.contact_explanation)
        self.assertIn("o'clock", profile.contact_explanation)

    def test_scores_do_not_depend_on_the_batch(self):
        model = self.fit_once(self.company_a, "contact")
        self.score_in_batches(model, self.partner_ids[200])

    def test_without_own_hours_none_is_named(self):
        self.env.cr.execute(
            """UPDATE campaign_recipient SET sent_at = date_trunc('day', sent_at),
                      clicked_at = date_trunc('day', sent_at) + interval '1 hour'
                WHERE campaign_id = %s AND clicked_at IS NOT NULL""",
            [self.campaign.id],
        )
        model = self.fit(self.company_a, "contact")
        self.assertFalse(model.parameters["hour_is_proved"])
        self.score(model)
        hours = self.rows(self.company_a, "contact_hour").values()
        self.assertEqual(set(hours), {(None,)})

    def test_without_messages_there_is_not_enough(self):
        model = self.fit(self.company_b, "contact")
        self.assertEqual(model.verdict, "not_enough")
