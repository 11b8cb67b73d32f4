"""Cox's model against a slow one, hand-made cases, and what breaks fits."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

from marketing_engine.survival import fit_cox


def simulate(rng, size, weights=(0.5, -0.3, 0.0), step=0.2):
    """Return durations cut to steps (so that many are tied), events and columns."""
    x = rng.normal(size=(size, len(weights)))
    life = rng.exponential(np.exp(-x @ np.array(weights)))
    seen = rng.exponential(2, size)
    duration = np.ceil(np.minimum(life, seen) / step) * step
    return duration, (life <= seen).astype(int), x


def partial_likelihood(weights, duration, event, x):
    """Efron's partial log-likelihood, written out time by time."""
    score, value = x @ weights, 0.0
    for time in np.unique(duration[event == 1]):
        tied = np.flatnonzero((duration == time) & (event == 1))
        at_risk = np.exp(score[duration >= time]).sum()
        own = np.exp(score[tied]).sum()
        value += score[tied].sum()
        value -= sum(math.log(at_risk - k / tied.size * own) for k in range(tied.size))
    return value


class TestFit:
    @pytest.mark.parametrize("step", [1e-9, 0.2, 2.0])
    def test_equals_a_general_optimiser(self, step):
        data = simulate(np.random.default_rng(1), 150, step=step)
        model = fit_cox(*data)
        best = minimize(lambda w: -partial_likelihood(w, *data), np.zeros(3), tol=1e-10)
        assert model.coefficients == pytest.approx(best.x, abs=1e-4)
        assert model.log_likelihood == pytest.approx(-best.fun, abs=1e-6)

    def test_standard_errors_are_the_curvature(self):
        data = simulate(np.random.default_rng(2), 200)
        model = fit_cox(*data)
        size, width = 3, 1e-4
        curve = np.empty((size, size))
        for i, j in np.ndindex(size, size):
            total = 0.0
            for a, b in ((1, 1), (1, -1), (-1, 1), (-1, -1)):
                moved = model.coefficients.copy()
                moved[i] += a * width
                moved[j] += b * width
                total += a * b * partial_likelihood(moved, *data)
            curve[i, j] = -total / (4 * width**2)
        expected = np.sqrt(np.diag(np.linalg.inv(curve)))
        assert model.standard_errors == pytest.approx(expected, rel=1e-3)

    def test_two_groups_by_hand(self):
        # Events at 1 (treated; both at risk) and 2: one term, β - log(1 + e^β) + …,
        # with two of each group its root is known.
        model = fit_cox([1, 2, 3, 4], [1, 1, 1, 1], [1, 0, 1, 0])
        best = minimize(
            lambda w: (
                -(
                    2 * w[0]
                    - math.log(2 * math.exp(w[0]) + 2)
                    - math.log(math.exp(w[0]) + 2)
                    - math.log(math.exp(w[0]) + 1)
                )
            ),
            [0.0],
        )
        assert model.coefficients[0] == pytest.approx(best.x[0], abs=1e-4)

    def test_coefficients_come_back(self):
        model = fit_cox(*simulate(np.random.default_rng(3), 40_000))
        error = np.abs(model.coefficients - [0.5, -0.3, 0.0])
        assert (error < 4 * model.standard_errors).all()
        assert model.standard_errors.max() < 0.02

    @given(scale=st.floats(1e-4, 1e4), unit=st.floats(1e-3, 1e3))
    def test_units_do_not_matter(self, scale, unit):
        duration, event, x = simulate(np.random.default_rng(4), 120)
        model = fit_cox(duration, event, x)
        other = fit_cox(duration * unit, event, x * [1, scale, 1])
        assert other.coefficients * [1, scale, 1] == pytest.approx(
            model.coefficients, rel=1e-5, abs=1e-8
        )

    def test_the_order_of_the_rows_does_not_matter(self):
        columns = simulate(np.random.default_rng(5), 120)
        turned = fit_cox(*(column[::-1] for column in columns))
        assert turned.coefficients == pytest.approx(fit_cox(*columns).coefficients)

    def test_a_penalty_makes_coefficients_smaller(self):
        columns = simulate(np.random.default_rng(6), 300)
        sizes = [
            np.linalg.norm(fit_cox(*columns, penalizer=p).coefficients)
            for p in (0, 0.1, 1, 100)
        ]
        assert sizes == sorted(sizes, reverse=True)

    def test_rows_censored_before_the_first_event_say_nothing(self):
        duration, event, x = simulate(np.random.default_rng(7), 100)
        early = fit_cox(
            np.r_[duration, [0.01, 0.02]],
            np.r_[event, [0, 0]],
            np.vstack([x, [[9, 9, 9], [-9, 0, 3]]]),
        )
        assert early.coefficients == pytest.approx(
            fit_cox(duration, event, x).coefficients
        )


class TestSurvival:
    def test_without_a_column_that_matters_it_is_the_share_left(self):
        rng = np.random.default_rng(8)
        duration, x = np.arange(1, 1001) / 10, rng.normal(size=(1000, 1))
        model = fit_cox(duration, np.ones(1000), x)
        left = model.survival([model.means], 50.0)[0]
        assert left == pytest.approx(0.5, abs=0.02)
        assert model.survival([model.means], 0.05).tolist() == [1.0]

    def test_more_risk_means_earlier(self):
        model = fit_cox(*simulate(np.random.default_rng(9), 500))
        rows = [[2, 0, 0], [0, 0, 0], [-2, 0, 0]]
        risk = model.relative_risk(rows)
        assert risk[0] > risk[1] > risk[2] > 0
        chance = model.survival(rows, 0.6)
        assert 0 < chance[0] < chance[1] < chance[2] < 1

    def test_it_never_rises(self):
        model = fit_cox(*simulate(np.random.default_rng(10), 200))
        curve = [model.survival([[0, 0, 0]], time)[0] for time in np.linspace(0, 9, 50)]
        assert curve == sorted(curve, reverse=True)


class TestBadColumns:
    @pytest.mark.parametrize(
        ("columns", "message"),
        [
            (([1, 2], [0, 0], [1, 2]), "there is no event"),
            (([1, -2], [1, 0], [1, 2]), "must not be negative"),
            (([1, 2], [1, 3], [1, 2]), "0 and 1 only"),
            (([1, 2], [1], [1, 2]), "differ in length"),
            (([1, 2], [1, 1], [1, math.nan]), "must be finite"),
            (([1, 2, 3], [1, 1, 1], [4, 4, 4]), "constant"),
            (([1, 2, 3, 4], [1, 1, 0, 0], [1, 1, 0, 0]), "penalizer"),
        ],
    )
    def test_say_what_is_wrong(self, columns, message):
        with pytest.raises(ValueError, match=message):
            fit_cox(*columns)

    def test_a_penalizer_is_not_negative(self):
        with pytest.raises(ValueError, match="penalizer must"):
            fit_cox([1, 2], [1, 1], [1, 2], penalizer=-1)

    def test_what_separates_is_finite_with_a_penalty(self):
        model = fit_cox([1, 2, 3, 4], [1, 1, 0, 0], [1, 1, 0, 0], penalizer=0.1)
        assert math.isfinite(model.coefficients[0])
        assert model.coefficients[0] > 0
