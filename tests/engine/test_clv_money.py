"""Gamma-Gamma and the value over a horizon."""

import csv
import io
import math
from itertools import pairwise

import numpy as np
import pytest
import real_data
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import gamma

from marketing_engine import clv

PUBLISHED = clv.GammaGammaParams(p=6.25, q=3.74, v=15.44)
MODEL = clv.GammaGammaModel(PUBLISHED, 0.0, 946)
PURCHASES = clv.BgNbdModel(clv.BgNbdParams(0.2426, 4.4137, 0.793, 2.4262), 0.0, 1)


def simulate(rng, size):
    p, q, v = PUBLISHED
    count = rng.integers(1, 8, size)
    scale = rng.gamma(q, 1 / v, size)
    return count, rng.gamma(p * count) / scale / count


@pytest.fixture(scope="module")
def cdnow():
    rows = csv.DictReader(io.StringIO(real_data.text(real_data.needed("cdnow/*.csv"))))
    return np.array([[float(row["x"]), float(row["zbar"])] for row in rows]).T


class TestPublished:
    """Fader & Hardie (2013) on the CDNOW sample's 946 repeat buyers."""

    def test_parameters(self, cdnow):
        model = clv.fit_gamma_gamma(*cdnow)
        assert model.params == pytest.approx(PUBLISHED, rel=0.002)
        assert model.customers == 946

    def test_mean(self, cdnow):
        assert clv.fit_gamma_gamma(*cdnow).population_mean == pytest.approx(35.17, 1e-3)


class TestFit:
    def test_parameters_come_back(self):
        model = clv.fit_gamma_gamma(*simulate(np.random.default_rng(2), 60_000))
        assert model.params == pytest.approx(PUBLISHED, rel=0.06)
        assert model.population_mean == pytest.approx(MODEL.population_mean, rel=0.01)

    def test_the_currency_does_not_matter(self):
        count, mean = simulate(np.random.default_rng(8), 3000)
        euro, yen = (clv.fit_gamma_gamma(count, mean * rate) for rate in (1, 160))
        np.testing.assert_allclose(
            160 * euro.expected_value(count, mean),
            yen.expected_value(count, mean * 160),
            rtol=1e-6,
        )
        assert yen.log_likelihood == pytest.approx(
            euro.log_likelihood - 3000 * math.log(160), rel=1e-9
        )

    def test_likelihood_equals_the_integral_over_scales(self):
        count, mean = simulate(np.random.default_rng(9), 25)
        model = clv.fit_gamma_gamma(count, mean)
        p, q, v = model.params

        def density(x, z):
            def at(scale):
                own = gamma.pdf(z, p * x, scale=1 / (scale * x))
                return own * gamma.pdf(scale, q, scale=1 / v)

            peak, width = (p * x + q) / (x * z + v), 9 / math.sqrt(p * x + q)
            ends = (peak * max(0, 1 - width), peak, peak * (1 + width))
            return sum(quad(at, *pair)[0] for pair in pairwise(ends))

        slow = sum(math.log(density(*row)) for row in zip(count, mean, strict=True))
        assert model.log_likelihood == pytest.approx(slow, rel=1e-5)

    def test_rows_without_a_purchase_are_left_out(self):
        count, mean = simulate(np.random.default_rng(8), 500)
        with_others = clv.fit_gamma_gamma(np.r_[count, 0, 0], np.r_[mean, 0, 99])
        assert with_others.params == clv.fit_gamma_gamma(count, mean).params

    @pytest.mark.parametrize(
        ("columns", "message"),
        [
            (([1, 2], [5, 0]), "greater than 0"),
            (([1, 2], [5, -3]), "greater than 0"),
            (([1], [5]), "at least two"),
            (([1, 2, 3], [5, 5, 5]), "different means"),
            (([0, 0], [5, 6]), "at least two"),
            (([1, 2], [5]), "differ in length"),
            (([1.5, 2], [5, 6]), "whole numbers"),
            (([1, 2], [5, math.inf]), "must be finite"),
        ],
    )
    def test_bad_columns_say_what_is_wrong(self, columns, message):
        with pytest.raises(ValueError, match=message):
            clv.fit_gamma_gamma(*columns)


class TestExpectedValue:
    @given(count=st.integers(1, 500), mean=st.floats(0.01, 1e6))
    def test_lies_between_own_and_everybody_s_mean(self, count, mean):
        found = MODEL.expected_value(count, mean)[0]
        low, high = sorted((mean, MODEL.population_mean))
        assert low - 1e-9 <= found <= high * (1 + 1e-9)

    def test_many_purchases_are_believed(self):
        few, many = MODEL.expected_value([1, 200], [100, 100])
        assert MODEL.population_mean < few < many < 100
        assert many == pytest.approx(100, rel=0.01)

    def test_unknown_customers_get_everybody_s_mean(self):
        assert MODEL.expected_value(0, 12)[0] == MODEL.population_mean

    def test_a_tail_without_a_mean(self):
        heavy = clv.GammaGammaModel(clv.GammaGammaParams(2, 0.9, 10), 0.0, 1)
        assert heavy.expected_value(0, 0)[0] == math.inf
        assert math.isfinite(heavy.expected_value(3, 20)[0])


class TestDiscountedValue:
    HISTORY = ([2, 0], [30.43, 0], [38.86, 38.86], [22.35, 0])

    def value(self, **options):
        return clv.discounted_value(
            PURCHASES, MODEL, *self.HISTORY, period=4.345, **options
        )

    def test_without_interest_it_is_purchases_times_value(self):
        bought = PURCHASES.expected_purchases(12 * 4.345, *self.HISTORY[:3])
        worth = MODEL.expected_value(self.HISTORY[0], self.HISTORY[3])
        np.testing.assert_allclose(self.value(), bought * worth)

    def test_interest_takes_something_off(self):
        plain, little, much = (self.value(discount_rate=d) for d in (0, 0.001, 0.02))
        assert (much < little).all()
        assert (little < plain).all()
        np.testing.assert_allclose(little, plain, rtol=0.012)

    def test_interest_of_one_period_is_that_of_one_period(self):
        one, free = (self.value(periods=1, discount_rate=d) for d in (0.25, 0))
        np.testing.assert_allclose(one * 1.25, free)

    def test_margins_scale_each_customer(self):
        np.testing.assert_allclose(
            self.value(margin_rate=[0.5, 0.2]), self.value() * [0.5, 0.2]
        )

    @pytest.mark.parametrize(
        "options", [{"periods": 0}, {"discount_rate": -1}, {"discount_rate": math.nan}]
    )
    def test_bad_options(self, options):
        with pytest.raises(ValueError, match="must be greater than"):
            self.value(**options)
