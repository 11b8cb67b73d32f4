from unittest.mock import patch

import numpy as np

from odoo.tests import tagged

from odoo.addons.marketing_engine import boosting

from ..methods import METHODS, challenge
from .common import PredictionCase, simulate_shop

TENURE, SPENT_180 = 0, 10


def turning_shop(seed, size):
    """Return people who come as BG/NBD thinks, and of whom half turn rich, half poor.

    Their purchases before the last 300 days tell the opposite of what they spend
    since: the mean of all purchases is the wrong thing to know, money of late the
    right one.
    """
    histories = []
    for number, history in enumerate(simulate_shop(seed, size)):
        histories.append(
            [
                (day, 100.0 if (number % 2 == 0) == (day <= 300) else 10.0)
                for day, _amount in history
            ]
        )
    return histories


def learn_from(column):
    """Return a fit that knows one figure: factors of its quarters, as one tree."""

    def fit(x, y, *, start, seed):
        ends = np.unique(np.quantile(x[:, column], [0.25, 0.5, 0.75]))
        place = np.searchsorted(ends, x[:, column])
        splits = [[0, column, end, 0, number] for number, end in enumerate(ends, 1)]
        leaves = np.zeros((1, boosting.LEAVES))
        for number in np.unique(place):
            mine = place == number
            # some money for everybody: the logarithm of nothing is no number
            leaves[0, number] = np.log((y[mine].sum() + 1) / (start[mine].sum() + 1))
        return boosting.TreeEnsemble(x.shape[1], np.array(splits), leaves)

    return fit


@tagged("post_install", "-at_install")
class TestChallenge(PredictionCase):
    """The trees are made here: what is tested is who is believed, and what follows."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner_ids = cls.sell(cls.company_a, turning_shop(7, 500))
        cls.method = METHODS["lifetime_value"]

    def compete(self, fit, *, is_installed=True, enough=200):
        """Fit once, with ``fit`` in the place of LightGBM."""
        with (
            patch.object(boosting, "is_installed", lambda: is_installed),
            patch.object(boosting, "fit_tweedie", fit),
            patch.object(challenge, "MIN_CUSTOMERS", enough),
            patch.object(challenge, "MIN_CAME_BACK", 30),
        ):
            return self.fit_once(self.company_a)

    def test_who_knows_better_is_believed(self):
        model = self.compete(learn_from(SPENT_180))
        self.assertEqual((model.verdict, model.state), ("better", "in_use"))
        found = model.challenge
        self.assertEqual((found["outcome"], found["days"]), ("won", 90))
        self.assertGreater(found["gain"], found["gain_low"])
        self.assertGreater(found["gain_low"], 0)
        self.assertIn("corrects what BG/NBD says", model.challenge_text)
        self.assertIn("Tweedie deviance", model.challenge_table)
        # the card and the list show the forecast that is used
        for name in ("gini", "total", "error_value"):
            self.assertEqual(model.metrics[name][0], found["metrics"][name][0])
        self.assertEqual(model.ranking, found["metrics"]["gini"][0])
        self.assertNotIn("trees", model.parameters_text.replace("trees_days", ""))
        self._check_scores(model)

    def _check_scores(self, model):
        """The poor of today are worth less than the rich, who were poor."""
        self.assertEqual(self.score(model), 1)
        rows = self.rows(self.company_a, "clv_12m", "clv_low", "clv_high")
        for _value, low, high in rows.values():
            self.assertLessEqual(low, high)
        plain = {**model.parameters, "trees": None}
        data = self.method.read_scoring(
            self.env, self.company_a, self.today, 0, 2**31 - 1
        )
        before = self.method.score(plain, data, self.today, {})["clv_12m"]
        after = np.array([float(rows[id_][0]) for id_ in data["partner_id"]])
        rich = np.arange(after.size) % 2 == 0
        self.assertGreater(
            after[rich].mean() / after[~rich].mean(),
            1.3 * before[rich].mean() / before[~rich].mean(),
        )
        # a batch anywhere gives the same factors
        ids = data["partner_id"][100:300].tolist()
        parameters = model._get_parameters()
        part = self.method.read_scoring(
            self.env, self.company_a, self.today, ids[0], ids[-1], parameters
        )
        again = self.method.score(parameters, part, self.today, {})["clv_12m"]
        self.assertEqual(again.tolist(), after[100:300].tolist())

    def test_who_knows_nothing_is_not_believed(self):
        model = self.compete(learn_from(TENURE))
        self.assertEqual((model.verdict, model.state), ("better", "in_use"))
        self.assertEqual(model.challenge["outcome"], "lost")
        self.assertLessEqual(model.challenge["gain_low"], 0)
        self.assertFalse(model.trees)
        self.assertIn("BG/NBD stays", model.challenge_text)
        self.assertIn("BG/NBD", model.challenge_table)
        self.score(model)
        self.assertTrue(self.rows(self.company_a, "clv_12m")[self.partner_ids[0]][0])

    def test_nobody_to_ask(self):
        """Not installed, installed without its library, and too few customers."""

        def refuse(x, y, *, start, seed):
            raise boosting.NotInstalled("libgomp.so.1 is missing")

        absent = self.compete(refuse, is_installed=False)
        self.assertEqual(absent.challenge["outcome"], "absent")
        self.assertIn("not installed", absent.challenge_text)
        self.assertFalse(absent.challenge_table)
        broken = self.compete(refuse)
        self.assertEqual(broken.challenge["outcome"], "absent")
        self.assertIn("libgomp.so.1 is missing", broken.challenge_text)
        few = self.compete(refuse, enough=2_000)
        self.assertEqual(few.challenge["outcome"], "not_enough")
        self.assertIn("500 of 2000 customers", few.challenge_text)
        self.assertEqual(few.state, "in_use")
        self.assertFalse(few.trees)

    def test_with_what_is_installed_here(self):
        """LightGBM itself, or, where it is not installed, the sentence that says so."""
        with (
            patch.object(challenge, "MIN_CUSTOMERS", 200),
            patch.object(challenge, "MIN_CAME_BACK", 30),
        ):
            model = self.fit_once(self.company_a)
        if boosting.is_installed():
            self.assertEqual(model.challenge["outcome"], "won", model.challenge)
            self.assertTrue(model.trees["splits"])
            self._check_scores(model)
        else:
            self.assertEqual(model.challenge["outcome"], "absent")

    def test_nothing_of_the_future_is_known(self):
        """What the trees are told of a day is the same when nothing came after it."""
        with (
            patch.object(boosting, "is_installed", lambda: True),
            patch.object(challenge, "MIN_CUSTOMERS", 200),
        ):
            data = self.method.read_training(self.env, self.company_a, self.today)
        told, ahead = data["told"], data["told"]["ahead"]
        last = challenge._as_of(told, 2)
        cut = self.day(ahead).date()
        before = challenge.read_scoring(self.env, self.company_a, cut, 0, 2**31 - 1)
        for name, column in before.items():
            if name not in ("number", "came"):
                np.testing.assert_allclose(last[name], column, err_msg=name)
        came = data["total"] - data["past_total"]
        known = np.isin(data["partner_id"], last["partner_id"])
        np.testing.assert_allclose(last["came"], came[known])
