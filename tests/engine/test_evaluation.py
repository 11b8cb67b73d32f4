"""Measures of forecasts against slow ones, scipy, and cases worked out by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.optimize import minimize

from marketing_engine import evaluation

# Few distinct values: ties are what such measures get wrong.
VALUES = st.lists(st.integers(0, 8).map(float), min_size=2, max_size=40)


def pairs(draw_values):
    return st.tuples(draw_values, st.randoms(use_true_random=False)).map(
        lambda given_values: (
            given_values[0],
            [float(given_values[1].random() < 0.4) for _value in given_values[0]],
        )
    )


class TestRanking:
    @given(values=VALUES)
    def test_ranks_are_scipy_s(self, values):
        assert evaluation.ranks(values).tolist() == stats.rankdata(values).tolist()

    @given(columns=pairs(VALUES))
    def test_auc_counts_the_pairs(self, columns):
        score, label = columns
        yes = [s for s, y in zip(score, label, strict=True) if y]
        no = [s for s, y in zip(score, label, strict=True) if not y]
        if not yes or not no:
            with pytest.raises(ValueError, match="both 0 and 1"):
                evaluation.auc(score, label)
            return
        wins = sum((a > b) + 0.5 * (a == b) for a in yes for b in no)
        found = evaluation.auc(score, label)
        assert found == pytest.approx(wins / len(yes) / len(no))

    def test_auc_of_a_perfect_and_of_no_forecast(self):
        assert evaluation.auc([1, 2, 3, 4], [0, 0, 1, 1]) == 1
        assert evaluation.auc([4, 3, 2, 1], [0, 0, 1, 1]) == 0
        assert evaluation.auc([5, 5, 5, 5], [0, 1, 0, 1]) == 0.5

    @given(columns=st.tuples(VALUES, st.integers(0, 10**6)))
    def test_spearman_is_scipy_s(self, columns):
        forecast, seed = columns
        outcome = np.random.default_rng(seed).integers(0, 5, len(forecast))
        found = evaluation.spearman(forecast, outcome)
        if len(set(forecast)) == 1 or len(set(outcome.tolist())) == 1:
            assert math.isnan(found)
        else:
            expected = stats.spearmanr(forecast, outcome).statistic
            assert found == pytest.approx(expected, abs=1e-12)

    def test_gini_by_hand(self):
        # Lorenz: all revenue is with the last of four; a perfect order has area 3/4.
        assert evaluation.gini([1, 2, 3, 4], [0, 0, 0, 8]) == 1
        assert evaluation.gini([4, 3, 2, 1], [0, 0, 0, 8]) == -1
        assert evaluation.gini([1, 1, 1, 1], [0, 0, 0, 8]) == 0
        # second best: place 2.5 of 4 instead of 3.5
        assert evaluation.gini([1, 2, 4, 3], [0, 0, 0, 8]) == pytest.approx(1 / 3)

    @given(values=VALUES, power=st.sampled_from([0.5, 1, 3]))
    def test_gini_depends_on_the_order_only(self, values, power):
        outcome = np.arange(len(values)) % 4
        other = (np.array(values) + 1) ** power * 7
        assert evaluation.gini(values, outcome) == pytest.approx(
            evaluation.gini(other, outcome), nan_ok=True
        )

    def test_gini_needs_revenue(self):
        assert math.isnan(evaluation.gini([1, 2], [0, 0]))
        with pytest.raises(ValueError, match="not be negative"):
            evaluation.gini([1, 2], [1, -1])


class TestChances:
    def test_brier_and_log_loss_by_hand(self):
        chance, label = [0.8, 0.4], [1, 0]
        assert evaluation.brier(chance, label) == pytest.approx((0.04 + 0.16) / 2)
        expected = -(math.log(0.8) + math.log(0.6)) / 2
        assert evaluation.log_loss(chance, label) == pytest.approx(expected)

    def test_a_wrong_certainty_costs_much_but_not_everything(self):
        assert 10 < evaluation.log_loss([0.0, 1.0], [1, 0]) < 20

    @pytest.mark.parametrize(("stretch", "slope"), [(1, 1), (2, 0.5), (0.5, 2)])
    def test_the_slope_tells_forecasts_that_are_too_extreme(self, stretch, slope):
        rng = np.random.default_rng(1)
        odds = rng.normal(-1, 1, 60_000)
        label = (rng.random(odds.size) < 1 / (1 + np.exp(-odds))).astype(float)
        chance = 1 / (1 + np.exp(-stretch * odds))
        found = evaluation.calibration_slope(chance, label)
        assert found == pytest.approx(slope, rel=0.04)

    def test_reliability_of_honest_and_of_boastful_chances(self):
        rng = np.random.default_rng(2)
        chance = rng.beta(1, 4, 40_000)
        label = (rng.random(chance.size) < chance).astype(float)
        honest = evaluation.reliability(chance, label)
        assert honest.size.tolist() == [2000] * 20
        assert honest.error < 0.01
        assert evaluation.reliability(np.sqrt(chance), label).error > 0.1

    def test_equal_chances_stay_in_one_group(self):
        groups = evaluation.reliability([0.2] * 90 + [0.7] * 10, [0, 1] * 50, groups=5)
        assert groups.forecast == pytest.approx([0.2, 0.7])
        assert groups.size.tolist() == [90, 10]

    @given(columns=pairs(VALUES), groups=st.integers(1, 30))
    def test_the_groups_hold_everybody(self, columns, groups):
        chance, label = np.array(columns[0]) / 8, np.array(columns[1])
        table = evaluation.reliability(chance, label, groups=groups)
        assert table.size.sum() == chance.size
        assert len(table.size) <= groups
        assert table.outcome @ table.size == pytest.approx(label.sum())
        assert (np.diff(table.forecast) > 0).all()
        assert 0 <= table.error <= 1


class TestIsotonic:
    @given(columns=pairs(VALUES))
    def test_it_rises_and_keeps_the_mean(self, columns):
        forecast, outcome = columns
        curve = evaluation.fit_isotonic(forecast, outcome)
        assert (np.diff(curve.values) >= -1e-12).all()
        assert curve(forecast).mean() == pytest.approx(np.mean(outcome), abs=1e-9)

    def test_no_rising_function_is_closer(self):
        rng = np.random.default_rng(3)
        forecast = np.arange(12.0)
        outcome = forecast / 12 + rng.normal(0, 0.4, 12)
        curve = evaluation.fit_isotonic(forecast, outcome)
        steps = [{"type": "ineq", "fun": lambda v: np.diff(v)}]
        best = minimize(
            lambda v: ((v - outcome) ** 2).sum(), np.zeros(12), constraints=steps
        )
        assert curve(forecast) == pytest.approx(best.x, abs=1e-4)

    def test_what_rises_already_stays(self):
        curve = evaluation.fit_isotonic([1, 2, 3], [0.1, 0.4, 0.9])
        assert curve.values.tolist() == [0.1, 0.4, 0.9]
        assert curve([0, 1.5, 9]) == pytest.approx([0.1, 0.25, 0.9])

    def test_it_corrects_chances_that_are_too_extreme(self):
        rng = np.random.default_rng(4)
        odds = rng.normal(-1, 1, 40_000)
        label = (rng.random(odds.size) < 1 / (1 + np.exp(-odds))).astype(float)
        chance = 1 / (1 + np.exp(-2.5 * odds))
        learn, test = slice(0, 20_000), slice(20_000, None)
        curve = evaluation.fit_isotonic(chance[learn], label[learn])
        before = evaluation.reliability(chance[test], label[test]).error
        after = evaluation.reliability(curve(chance[test]), label[test]).error
        assert after < 0.02 < before


class TestGain:
    def test_a_better_forecast_is_found_and_an_equal_one_is_not(self):
        rng = np.random.default_rng(5)
        real = rng.normal(size=600)
        label = (real + rng.normal(size=600) > 0).astype(float)
        noise = rng.normal(size=(2, 600))
        good, bad, twin = real + 0.5 * noise[0], real + 4 * noise[1], real
        gain = evaluation.bootstrap_gain
        assert gain(evaluation.auc, good, bad, label, rng=rng) > 0.05
        assert gain(evaluation.auc, twin, twin, label, rng=rng) == 0
        assert gain(evaluation.auc, bad, good, label, rng=rng) < 0


class TestBadColumns:
    @pytest.mark.parametrize(
        "measure", [evaluation.auc, evaluation.brier, evaluation.log_loss]
    )
    def test_labels_are_0_and_1(self, measure):
        with pytest.raises(ValueError, match="0 and 1 only"):
            measure([0.1, 0.2], [0, 2])

    @pytest.mark.parametrize(
        "measure",
        [evaluation.mean_absolute_error, evaluation.gini, evaluation.fit_isotonic],
    )
    @pytest.mark.parametrize("columns", [([1], [1, 2]), ([], [])])
    def test_columns_of_one_length(self, measure, columns):
        with pytest.raises(ValueError, match="columns have"):
            measure(*columns)

    def test_error_by_hand(self):
        assert evaluation.mean_absolute_error([1, 5], [2, 3]) == 1.5

    def test_groups_are_a_number_of_groups(self):
        with pytest.raises(ValueError, match="at least 1"):
            evaluation.reliability([0.5], [1], groups=0)


class TestStability:
    def test_nothing_moved(self):
        assert evaluation.population_stability([10, 20, 30], [100, 200, 300]) == 0

    def test_by_hand(self):
        expected = 0.3 * np.log(0.8 / 0.5) - 0.3 * np.log(0.2 / 0.5)
        found = evaluation.population_stability([50, 50], [80, 20])
        assert found == pytest.approx(expected)

    def test_an_empty_group_is_no_infinity(self):
        assert evaluation.population_stability([100, 100], [200, 0]) < 10

    def test_refuses_nothing_at_all(self):
        with pytest.raises(ValueError, match="some"):
            evaluation.population_stability([0, 0], [1, 1])


def test_centred_isotonic_keeps_the_order_within_a_step():
    rng = np.random.default_rng(9)
    forecast = rng.random(4000)
    outcome = (rng.random(4000) < forecast**2).astype(float)
    steps = evaluation.fit_isotonic(forecast, outcome)
    lines = evaluation.fit_isotonic(forecast, outcome, centred=True)
    inner = np.linspace(0.1, 0.9, 100)
    assert np.all(np.diff(lines(inner)) > 0)
    assert np.unique(steps(inner)).size < 100
    assert np.abs(lines(inner) - inner**2).max() < 0.08
    assert lines(forecast).mean() == pytest.approx(outcome.mean(), abs=0.01)


def test_isotonic_keeps_the_corners_only():
    forecast = np.linspace(0, 1, 5000)
    outcome = (forecast > 0.5).astype(float)
    found = evaluation.fit_isotonic(forecast, outcome)
    assert found.knots.size == 4
    np.testing.assert_allclose(found(forecast), outcome, atol=1e-12)


def test_root_mean_squared_error():
    assert evaluation.root_mean_squared_error([1.0, 2.0], [4.0, -2.0]) == np.sqrt(12.5)
    # most buy nothing: the median wins by the absolute error, the mean by this one
    outcome, mean, median = [0.0, 0.0, 3.0], [1.0] * 3, [0.0] * 3
    for measure, better, worse in (
        (evaluation.root_mean_squared_error, mean, median),
        (evaluation.mean_absolute_error, median, mean),
    ):
        assert measure(better, outcome) < measure(worse, outcome)


class TestTweedieDeviance:
    def test_by_hand(self):
        # 2 (2/-.25 + 4/.5 + 1/.5) and 2 (0 - 0 + 1/.5)
        assert evaluation.tweedie_deviance([1.0], [4.0]) == pytest.approx(4)
        assert evaluation.tweedie_deviance([1.0], [0.0]) == pytest.approx(4)
        found = evaluation.tweedie_deviance([1.0, 1.0, 7.0], [4.0, 0.0, 7.0])
        assert found == pytest.approx(8 / 3)

    @given(amounts=st.lists(st.integers(0, 900), min_size=1, max_size=30).filter(any))
    def test_the_mean_is_the_best_forecast(self, amounts):
        low, best, high = (
            evaluation.tweedie_deviance(
                [np.mean(amounts) * factor] * len(amounts), amounts
            )
            for factor in (0.8, 1.0, 1.25)
        )
        assert best < low
        assert best < high

    def test_it_knows_the_gamma_and_poisson_at_its_ends(self):
        forecast, outcome = np.array([2.0, 3.0]), np.array([1.0, 5.0])
        poisson = 2 * np.mean(outcome * np.log(outcome / forecast) - outcome + forecast)
        gamma = 2 * np.mean(outcome / forecast - 1 - np.log(outcome / forecast))
        near = [
            evaluation.tweedie_deviance(forecast, outcome, power=power)
            for power in (1 + 1e-6, 2 - 1e-6)
        ]
        assert near == pytest.approx([poisson, gamma], rel=1e-4)

    @pytest.mark.parametrize(
        ("forecast", "power", "words"),
        [(0.0, 1.5, "above 0"), (1.0, 1.0, "power"), (1.0, 3.0, "power")],
    )
    def test_refuses(self, forecast, power, words):
        with pytest.raises(ValueError, match=words):
            evaluation.tweedie_deviance([forecast], [1.0], power=power)
