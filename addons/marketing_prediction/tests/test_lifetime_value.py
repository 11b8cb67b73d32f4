import numpy as np

from odoo.tests import tagged

from odoo.addons.marketing_engine import clv

from ..methods import METHODS
from .common import PredictionCase, regular_shop, simulate_shop

SCORES = (
    "clv_12m",
    "clv_remaining",
    "clv_low",
    "clv_high",
    "expected_purchases",
    "p_alive",
    "expected_active_days",
    "value_segment",
    "is_at_risk",
    "clv_model_id",
    "clv_scored_on",
)


@tagged("post_install", "-at_install")
class TestLifetimeValue(PredictionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.histories = simulate_shop(7, 500)
        cls.partner_ids = cls.sell(cls.company_a, cls.histories)

    def test_a_shop_that_follows_the_model_is_learned_and_scored(self):
        model = self.fit(self.company_a)
        self.assertEqual((model.verdict, model.state), ("better", "in_use"))
        self.assertGreater(model.gain_low, 0)
        self.assertEqual(model.customer_count, 500)
        self.assertEqual(model.version, 1)
        # what the engine finds on the same histories, aggregated here by hand
        rows = [self._history(history) for history in self.histories]
        x, last, age, mean = np.array(rows).T
        purchases = clv.fit_bg_nbd(x, last, age)
        money = clv.fit_gamma_gamma(x + 1, mean)
        for name, value in purchases.params._asdict().items():
            self.assertAlmostEqual(model.parameters["purchases"][name], value, 4)
        for name, value in money.params._asdict().items():
            found = model.parameters["money"][name]
            self.assertAlmostEqual(found / value, 1, 3)
        self.assertEqual(self.score(model), 1)
        found = self.rows(self.company_a, *SCORES)
        values = clv.forecast_value(
            purchases, money, x, last, age, mean, year=365, discount_rate=0.1
        )
        ids = self.partner_ids
        self._assert_close([float(found[id_][0]) for id_ in ids], values.year)
        self._assert_close([float(found[id_][1]) for id_ in ids], values.horizon)
        self._assert_close([found[id_][4] for id_ in ids], values.purchases)
        self._assert_close([found[id_][5] for id_ in ids], values.p_alive)
        for id_ in ids:
            row = dict(zip(SCORES, found[id_], strict=True))
            self.assertLessEqual(row["clv_low"], row["clv_high"])
            self.assertGreaterEqual(row["clv_remaining"], row["clv_12m"])
            self.assertTrue(0 <= row["expected_active_days"] <= 365)
            self.assertEqual(row["clv_model_id"], model.id)
            self.assertEqual(row["clv_scored_on"], self.today)
        self._check_segments(found)

    def _check_segments(self, found):
        """1 %, 9 %, 60 % and 30 % by value; being at risk is something else."""
        segments = [row[7] for row in found.values()]
        self.assertEqual(segments.count("whale"), 5)
        self.assertEqual(segments.count("high"), 45)
        self.assertEqual(segments.count("medium"), 300)
        by_value = sorted(found.values(), key=lambda row: row[0])
        order = ["low", "medium", "high", "whale"]
        places = [order.index(row[7]) for row in by_value]
        self.assertEqual(places, sorted(places))
        middle = np.median([float(row[0]) for row in found.values()])
        for row in found.values():
            at_risk = row[5] < 0.5 and float(row[0]) > middle
            self.assertEqual(row[8], at_risk)

    def _history(self, history):
        spent = {}
        for days, amount in history:
            spent[days] = spent.get(days, 0) + round(amount, 2)
        first, last = max(spent), min(spent)
        total = sum(spent.values())
        return len(spent) - 1, first - last, first, total / len(spent)

    def _assert_close(self, found, expected):
        # stored rounded; the optimiser ends within its tolerance
        np.testing.assert_allclose(found, expected, rtol=2e-3, atol=0.02)

    def test_a_second_run_writes_nothing(self):
        model = self.fit(self.company_a)
        self.score(model)
        before = self.rows(self.company_a, "xmin", "ctid", *SCORES)
        model._enqueue_scores()
        self.score(model)
        self.assertEqual(self.rows(self.company_a, "xmin", "ctid", *SCORES), before)

    def test_batches_may_be_cut_anywhere(self):
        """Scores, the interval included, do not depend on the batch."""
        model = self.fit(self.company_a)
        self.score(model)
        method = METHODS["lifetime_value"]
        middle = (self.partner_ids[250] // 4096) * 4096
        before = self.rows(self.company_a, *SCORES)
        for first, last in ((0, middle - 1), (middle, 2**31 - 1)):
            data = method.read_scoring(
                self.env, self.company_a, self.today, first, last
            )
            found = method.score(model.parameters, data, self.today, {})
            for place, id_ in enumerate(data["partner_id"]):
                self.assertEqual(float(before[id_][2]), found["clv_low"][place])
                self.assertEqual(float(before[id_][3]), found["clv_high"][place])

    def test_where_the_naive_guess_is_right_the_model_is_refused(self):
        ids = self.sell(self.company_b, regular_shop(260))
        model = self.fit(self.company_b)
        self.assertEqual((model.verdict, model.state), ("no_better", "refused"))
        self.assertLessEqual(model.gain_low, 0)
        self.assertIn("not used", model.reason)
        self.assertFalse(self.score(model))
        scores = self.rows(self.company_b, *SCORES)
        self.assertEqual({scores[id_] for id_ in ids}, {(None,) * len(SCORES)})

    def test_few_customers_say_so_and_leave_one_row(self):
        self.sell(self.company_b, simulate_shop(1, 30))
        for _week in range(2):
            model = self.fit(self.company_b)
        self.assertEqual((model.verdict, model.state), ("not_enough", "refused"))
        self.assertIn("There is not enough data yet", model.reason)
        self.assertIn("200", model.reason)
        self.assertEqual(model.version, 2)
        domain = [("company_id", "=", self.company_b.id)]
        self.assertEqual(self.models.search_count(domain), 1)
        self.assertFalse(self.score(model))

    def test_a_shop_without_orders(self):
        model = self.fit(self.company_b)
        self.assertEqual(model.verdict, "not_enough")
        self.assertEqual(model.customer_count, 0)

    def test_refunds_and_other_states_do_not_count(self):
        method = METHODS["lifetime_value"]
        before = method.read_training(self.env, self.company_a, self.today)
        place = list(before["partner_id"]).index(self.partner_ids[0])
        order = self.env["sale.order"].search(
            [("partner_id", "=", self.partner_ids[0])], order="date_order", limit=1
        )
        order.state = "cancel"
        self.env.flush_all()
        after = method.read_training(self.env, self.company_a, self.today)
        if len(self.histories[0]) == 1:
            self.assertNotIn(self.partner_ids[0], after["partner_id"])
        else:
            self.assertLess(after["total"][place], before["total"][place])
        self.assertNotEqual(method.hash_of(before), method.hash_of(after))

    def test_the_past_is_that_before_the_test(self):
        """What the proof is fitted on holds nothing of the days it is judged by."""
        method = METHODS["lifetime_value"]
        data = method.read_training(self.env, self.company_a, self.today)
        by_id = dict(zip(self.partner_ids, self.histories, strict=True))
        for place, id_ in enumerate(data["partner_id"]):
            days = {day for day, _amount in by_id[id_]}
            past = [day for day in days if day > 90]
            self.assertEqual(data["past_count"][place], len(past))
            if past:
                recency = max(past) - min(past)
                self.assertEqual(data["past_recency"][place], recency)
