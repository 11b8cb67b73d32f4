"""Logistic regression: the real churn file, known optima, and what breaks fits."""

import csv
import io
import math

import numpy as np
import pytest
import real_data
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

from marketing_engine.churn import fit_logistic
from marketing_engine.evaluation import auc


def simulate(rng, size, weights=(1.0, -0.5, 0.0), intercept=-1.0):
    x = rng.normal(size=(size, len(weights))) * [1, 20, 0.01]
    odds = intercept + (x / [1, 20, 0.01]) @ weights
    return x, (rng.random(size) < 1 / (1 + np.exp(-odds))).astype(float)


@pytest.fixture(scope="module")
def telco():
    path = real_data.needed("telco_churn/*.csv.gz")
    rows = list(csv.DictReader(io.StringIO(real_data.text(path))))
    label = np.array([row["churn"] == "Yes" for row in rows], dtype=float)
    return np.column_stack(list(_columns(rows))), label


def _columns(rows):
    """Yield a column a number, and one a value of each text, the first one left out."""
    for name in rows[0]:
        values = [row[name] for row in rows]
        if name in {"", "rownames", "churn"}:
            continue
        try:
            # Empty totals are those of customers who have not paid yet.
            yield np.array([0.0 if v in ("", "NA") else float(v) for v in values])
        except ValueError:
            for value in sorted(set(values))[1:]:
                yield np.array([v == value for v in values], dtype=float)


class TestTelco:
    def test_ranks_customers_it_has_not_seen_as_well_as_published(self, telco):
        x, y = telco
        assert y.mean() == pytest.approx(0.2654, abs=0.0001)
        fold = np.random.default_rng(0).permutation(y.size) % 5
        chance = np.empty(y.size)
        for part in range(5):
            seen = fold != part
            chance[~seen] = fit_logistic(x[seen], y[seen]).predict(x[~seen])
        # Well above would be a leak of the label into the columns.
        assert 0.84 <= auc(chance, y) <= 0.86
        deciles = np.argsort(chance).reshape(-1)[: y.size // 10 * 10].reshape(10, -1)
        gaps = chance[deciles].mean(axis=1) - y[deciles].mean(axis=1)
        assert np.abs(gaps).max() < 0.05

    def test_the_mean_chance_is_the_share_of_churners(self, telco):
        x, y = telco
        assert fit_logistic(x, y).predict(x).mean() == pytest.approx(y.mean(), 1e-8)


class TestFit:
    def test_equals_a_general_optimiser(self):
        x, y = simulate(np.random.default_rng(1), 400)
        model = fit_logistic(x, y, l2=3.0)
        z = (x - x.mean(axis=0)) / x.std(axis=0)

        def loss(w):
            odds = w[0] + z @ w[1:]
            return np.logaddexp(0, odds).sum() - y @ odds + 1.5 * w[1:] @ w[1:]

        best = minimize(loss, np.zeros(4), tol=1e-12)
        found = model.coefficients * x.std(axis=0)
        assert found == pytest.approx(best.x[1:], abs=1e-5)
        plain = -loss(np.r_[model.intercept + model.coefficients @ x.mean(0), found])
        assert model.log_likelihood == pytest.approx(plain + 1.5 * found @ found)

    def test_parameters_come_back(self):
        x, y = simulate(np.random.default_rng(2), 100_000)
        model = fit_logistic(x, y)
        assert model.coefficients * [1, 20, 0.01] == pytest.approx(
            [1, -0.5, 0], abs=0.03
        )
        assert model.intercept == pytest.approx(-1, abs=0.03)

    @given(scale=st.floats(1e-6, 1e6), shift=st.floats(-1e3, 1e3))
    def test_the_unit_of_a_column_does_not_matter(self, scale, shift):
        x, y = simulate(np.random.default_rng(3), 200)
        other = x * [1, 1, scale] + [0, shift, 0]
        np.testing.assert_allclose(
            fit_logistic(other, y).predict(other),
            fit_logistic(x, y).predict(x),
            rtol=1e-6,
        )

    def test_the_order_of_the_rows_does_not_matter(self):
        x, y = simulate(np.random.default_rng(4), 300)
        back = fit_logistic(x[::-1], y[::-1])
        assert back.coefficients == pytest.approx(fit_logistic(x, y).coefficients)

    def test_a_stronger_penalty_means_smaller_coefficients(self):
        x, y = simulate(np.random.default_rng(5), 300)
        sizes = [
            np.linalg.norm(fit_logistic(x, y, l2=l2).coefficients * x.std(axis=0))
            for l2 in (0, 1, 100, 1e6)
        ]
        assert sizes == sorted(sizes, reverse=True)
        assert sizes[-1] < 0.001

    def test_a_constant_column_says_nothing(self):
        x, y = simulate(np.random.default_rng(6), 300)
        model = fit_logistic(np.column_stack([x, np.full(300, 0.1)]), y, l2=0)
        assert model.coefficients[3] == 0
        assert model.coefficients[:3] == pytest.approx(
            fit_logistic(x, y, l2=0).coefficients
        )

    def test_a_column_that_tells_everything_stays_finite(self):
        y = np.r_[np.zeros(50), np.ones(50)]
        model = fit_logistic(y[:, None] * 2 - 1, y)
        assert 0.9 < model.predict([1.0])[0] < 1
        with pytest.raises(ValueError, match="l2 above 0"):
            fit_logistic(y[:, None] * 2 - 1, y, l2=0)

    def test_doubled_columns_need_a_penalty(self):
        x, y = simulate(np.random.default_rng(7), 300)
        twice = np.column_stack([x, x[:, 0]])
        model = fit_logistic(twice, y)
        assert model.coefficients[0] == pytest.approx(model.coefficients[3])


class TestContributions:
    def test_add_up_to_the_log_odds(self):
        x, y = simulate(np.random.default_rng(8), 500)
        model = fit_logistic(x, y)
        chance = model.predict(x)
        centre = model.intercept + model.means @ model.coefficients
        np.testing.assert_allclose(
            model.contributions(x).sum(axis=1) + centre,
            np.log(chance / (1 - chance)),
            rtol=1e-9,
        )

    def test_the_average_customer_has_no_driver(self):
        x, y = simulate(np.random.default_rng(9), 500)
        model = fit_logistic(x, y)
        np.testing.assert_allclose(model.contributions([model.means]), 0, atol=1e-12)


class TestBadColumns:
    @pytest.mark.parametrize(
        ("x", "y", "message"),
        [
            ([[1.0], [2.0]], [0, 2], "0 and 1 only"),
            ([[1.0], [2.0]], [1, 1], "both 0 and 1"),
            ([[1.0]], [0, 1], "x has 1 rows, y 2"),
            ([[1.0], [math.nan]], [0, 1], "must be finite: row 1, column 0"),
            ([["a"], ["b"]], [0, 1], "numbers only"),
            ([[[1.0]], [[2.0]]], [0, 1], "two-dimensional"),
        ],
    )
    def test_say_what_is_wrong(self, x, y, message):
        with pytest.raises(ValueError, match=message):
            fit_logistic(x, y)

    @pytest.mark.parametrize("l2", [-1, math.nan, math.inf])
    def test_a_penalty_is_not_negative(self, l2):
        with pytest.raises(ValueError, match="l2 must be"):
            fit_logistic([[1.0], [2.0], [3.0]], [0, 1, 0], l2=l2)

    def test_a_prediction_needs_the_same_columns(self):
        x, y = simulate(np.random.default_rng(1), 50)
        with pytest.raises(ValueError, match="x has 2 columns, the model 3"):
            fit_logistic(x, y).predict(x[:, :2])
