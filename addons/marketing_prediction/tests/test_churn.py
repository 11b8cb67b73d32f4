import json
from datetime import timedelta
from unittest.mock import patch

import numpy as np
from lxml import html

from odoo.tests import tagged

from ..methods import METHODS
from .common import PredictionCase


def rhythm_shop(seed, size, days=720):
    """Return histories of people who buy fairly regularly, each at a rate of their own.

    Nobody leaves. Of two who bought last week, the one with the slow rate is likelier
    to stay away for long: days of silence alone do not tell. The lower bound of the
    gain is then about .1, far from chance.
    """
    rng = np.random.default_rng(seed)
    histories, gaps = [], np.exp(rng.uniform(np.log(20), np.log(600), size))
    for gap in gaps:
        left = days * rng.uniform(0.6, 1)
        history = []
        while left > 1:
            history.append((int(left), 20 + 5 * rng.random()))
            left -= rng.gamma(4, gap / 4)
        histories.append(history)
    return histories, gaps


@tagged("post_install", "-at_install")
class TestChurn(PredictionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.histories, cls.gaps = rhythm_shop(3, 800)
        cls.partner_ids = cls.sell(cls.company_a, cls.histories)
        cls.method = METHODS["churn"]

    def test_own_rhythm_beats_recency_and_explains_itself(self):
        model = self.fit(self.company_a, "churn")
        self.assertEqual((model.verdict, model.state), ("better", "in_use"))
        self.assertGreater(model.ranking, model.ranking_baseline)
        self.assertGreater(model.gain_low, 0)
        slope = model.metrics["calibration_slope"][0]
        self.assertTrue(0.6 < slope < 1.6, slope)
        self.assertIn("auc_cox", model.metrics)
        self.assertIn("Cox", model.metrics_table)
        self.score(model)
        rows = self.rows(
            self.company_a, "churn_probability", "churn_window", "churn_model_id"
        )
        scored = {id_: row for id_, row in rows.items() if row[2]}
        for probability, window, model_id in scored.values():
            self.assertTrue(0 < probability < 1)
            self.assertTrue(30 <= window <= 365)
            self.assertEqual(model_id, model.id)
        silent = {
            id_
            for id_, history in zip(self.partner_ids, self.histories, strict=True)
            if min(day for day, _amount in history) >= 365
        }
        self.assertEqual(set(rows) - set(scored), silent)
        self._check_order(scored)
        self._check_words(scored)

    def _check_order(self, scored):
        """Slow buyers are likelier to stay away for long than frequent ones."""
        chances = {True: [], False: []}
        for gap, id_ in zip(self.gaps, self.partner_ids, strict=True):
            if id_ in scored and not 50 < gap < 200:
                chances[bool(gap > 50)].append(scored[id_][0])
        self.assertGreater(np.mean(chances[True]), np.mean(chances[False]) + 0.15)

    def _check_words(self, scored):
        profile = self.profiles.search(
            [
                ("partner_id", "in", list(scored)),
                ("company_id", "=", self.company_a.id),
            ],
            order="churn_probability desc, id",
            limit=1,
        )
        self.assertIn("Speaks for leaving:", profile.churn_explanation)
        self.assertIn("Churn, version 1", profile.churn_explanation)
        self.assertEqual(len(profile.churn_drivers), 3)

    def test_thirty_days_have_a_version_of_their_own(self):
        """Whoever buys every other year stays away for a month: no sign of leaving."""
        model = self.fit(self.company_a, "churn_month")
        self.assertEqual((model.verdict, model.state), ("better", "in_use"))
        self.assertGreater(model.gain_low, 0)
        self.assertEqual(model.tested_from, self.today - timedelta(days=30))
        drawing = html.fromstring(str(model.reliability_curve))
        self.assertEqual(len(drawing.xpath("//circle")), 10)
        self.assertIn("said", drawing.xpath("//circle/title")[0].text)
        self.score(model)
        rows = self.rows(
            self.company_a,
            *("churn_month_probability", "churn_month_model_id", "churn_model_id"),
        )
        chances = {True: [], False: []}
        for gap, id_ in zip(self.gaps, self.partner_ids, strict=True):
            chance, model_id, other = rows[id_]
            self.assertFalse(other)
            if model_id:
                self.assertTrue(0 < chance < 1)
                chances[bool(gap > 200)].append(chance)
        # of gaps of 20 to 40 days most end within 30, of 200 and more few
        self.assertGreater(np.mean(chances[True]), 0.75)
        self.assertLess(np.mean(chances[False]), np.mean(chances[True]) - 0.2)
        partner = self.env["res.partner"].browse(self.partner_ids[0])
        profile = self.profiles.search([("partner_id", "=", partner.id)])
        self.assertIn("the next 30 days", profile.churn_month_explanation)
        self.assertIn("Speaks for", profile.churn_month_explanation)
        shown = partner.with_company(self.company_a)
        self.assertEqual(
            shown.marketing_churn_month_explanation, profile.churn_month_explanation
        )

    def test_random_labels_are_refused(self):
        read = type(self.method).read_training

        def shuffled(method, *arguments):
            data = read(method, *arguments)
            # one of twenty such draws beats the bound of 95 %: this one does not
            stays = np.random.default_rng(4).random(data["next_in"].size) < 0.5
            return {**data, "next_in": np.where(stays, 1.0, np.nan)}

        with patch.object(type(self.method), "read_training", shuffled):
            model = self.fit(self.company_a, "churn")
        self.assertEqual((model.verdict, model.state), ("no_better", "refused"))
        self.assertLessEqual(model.gain_low, 0)
        self.assertFalse(self.score(model))
        self.assertFalse(self.profiles.search([("churn_model_id", "!=", False)]))

    def test_a_young_or_small_shop_has_not_enough(self):
        self.sell(self.company_b, [[(100, 5.0), (50, 5.0)]] * 20)
        model = self.fit(self.company_b, "churn")
        self.assertEqual(model.verdict, "not_enough")
        self.assertIn("of 120 days", model.reason)
        self.assertIn("of 200 customers", model.reason)

    def test_nothing_of_the_future_is_known(self):
        """The features of a day are the same when nothing came after it."""
        data = self.method.read_training(self.env, self.company_a, self.today)
        cut = data["cuts"][0]
        before = self.method.read_scoring(self.env, self.company_a, cut, 0, 2**31 - 1)
        first = data["number"] == 1
        for name, column in before.items():
            if name in ("number", "next_in"):
                continue
            np.testing.assert_allclose(data[name][first], column, err_msg=name)
        again = self.method.read_training(self.env, self.company_a, self.today)
        self.assertEqual(self.method.hash_of(data), self.method.hash_of(again))

    def test_scores_do_not_depend_on_the_batch(self):
        model = self.fit(self.company_a, "churn")
        scores = self.score_in_batches(model, self.partner_ids[400])
        json.loads(scores["churn_drivers"][0])
