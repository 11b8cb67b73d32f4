"""BG/NBD: the published fit, formulas against slow ones, and what breaks fits."""

import csv
import datetime
import io
import math
from collections import defaultdict
from itertools import pairwise

import numpy as np
import pytest
import real_data
from hypothesis import given
from hypothesis import strategies as st
from online_retail import read_purchases
from scipy.integrate import quad
from scipy.special import beta as beta_function
from scipy.special import betaincinv

from marketing_engine import clv

PUBLISHED = clv.BgNbdParams(r=0.2426, alpha=4.4137, a=0.7930, b=2.4262)
MODEL = clv.BgNbdModel(PUBLISHED, -9582.43, 2357)


def simulate(rng, size, params=PUBLISHED, weeks=(20, 80)):
    """Return columns drawn from the model itself, to the day."""
    r, alpha, a, b = params
    rate, leaves = rng.gamma(r, 1 / alpha, size), rng.beta(a, b, size)
    age = rng.integers(7 * weeks[0], 7 * weeks[1], size) / 7
    count, last, clock = np.zeros((3, size))
    active = np.ones(size, dtype=bool)
    while active.any():
        clock[active] += rng.exponential(1, active.sum()) / rate[active]
        bought = active & (clock <= age)
        count[bought] += 1
        last[bought] = clock[bought]
        active = bought & (rng.random(size) >= leaves)
    return count, np.minimum(np.ceil(last * 7) / 7, age), age


@pytest.fixture(scope="module")
def cdnow():
    rows = csv.DictReader(io.StringIO(real_data.text(real_data.needed("cdnow/*.csv"))))
    table = np.array([[float(r[name]) for name in ("x", "t_x", "T")] for r in rows])
    return table.T


@pytest.fixture(scope="module")
def holdout():
    """Repeat purchases in the last 39 weeks, by customer in the order of the file."""
    path = real_data.needed("cdnow/CDNOW_sample.txt")
    end, days = datetime.date(1997, 9, 30), defaultdict(set)
    for line in real_data.text(path).splitlines():
        _master, customer, day, *_rest = line.split()
        days[customer].add(datetime.date.fromisoformat(day))
    return np.array([sum(day > end for day in days[c]) for c in sorted(days)])


class TestPublished:
    """Fader, Hardie & Lee (2005), tables 2 and 3, on their 2,357 customers."""

    def test_parameters_and_likelihood(self, cdnow):
        model = clv.fit_bg_nbd(*cdnow)
        assert model.params == pytest.approx(PUBLISHED, rel=0.001)
        assert model.log_likelihood == pytest.approx(-9582.43, abs=0.01)
        assert model.customers == 2357

    def test_one_customer(self, cdnow):
        found = clv.fit_bg_nbd(*cdnow).expected_purchases(39, 2, 30.43, 38.86)
        assert found == pytest.approx(1.226, abs=0.0005)

    def test_expected_purchases_by_past_purchases(self, cdnow):
        expected = clv.fit_bg_nbd(*cdnow).expected_purchases(39, *cdnow)
        bins = np.minimum(cdnow[0], 7)
        means = [expected[bins == x].mean() for x in range(8)]
        published = [0.225, 0.523, 1.044, 1.520, 2.164, 2.654, 3.504, 6.157]
        assert means == pytest.approx(published, abs=0.0015)

    def test_error_on_the_weeks_held_out(self, cdnow, holdout):
        expected = clv.fit_bg_nbd(*cdnow).expected_purchases(39, *cdnow)
        assert np.abs(expected - holdout).mean() == pytest.approx(0.7855, abs=0.001)
        run_rate = cdnow[0] / cdnow[2] * 39
        assert np.abs(expected - holdout).mean() < np.abs(run_rate - holdout).mean()


class TestBoundary:
    def test_people_who_never_leave_are_an_nbd(self):
        rng = np.random.default_rng(5)
        age = rng.integers(20, 60, 4000).astype(float)
        rate = rng.gamma(0.8, 1 / 6, age.size)
        count = rng.poisson(rate * age)
        last = np.where(count, age * rng.beta(np.maximum(count, 1), 1), 0)
        model = clv.fit_bg_nbd(count, last, age)
        assert model.never_leaves
        assert model.params.a == 0
        assert model.params[:2] == pytest.approx((0.8, 6), rel=0.12)
        assert math.isfinite(model.log_likelihood)
        assert model.p_alive(count, last, age).tolist() == [1.0] * age.size
        expected = model.expected_purchases(10, count, last, age)
        assert expected.mean() == pytest.approx(10 * 0.8 / 6, rel=0.1)
        assert model.expected_active_time(10, 3, 5, 20) == pytest.approx(10)

    def test_online_retail_fits(self):
        model = clv.fit_bg_nbd(*online_retail())
        assert all(math.isfinite(value) for value in model.params)
        assert math.isfinite(model.log_likelihood)
        expected = model.expected_purchases(30, *online_retail())
        assert np.isfinite(expected).all()
        assert (expected >= 0).all()

    def test_nobody_bought_twice(self):
        with pytest.raises(ValueError, match="nobody has bought twice"):
            clv.fit_bg_nbd([0, 0], [0, 0], [5, 6])


def online_retail():
    """Return histories in days: customers with an id, no cancellation, a price."""
    days = {
        customer: {day for _invoice, day, _amount in lines}
        for customer, lines in read_purchases().items()
    }
    end = max(map(max, days.values())) + datetime.timedelta(days=1)
    rows = [
        (len(bought) - 1, (max(bought) - min(bought)).days, (end - min(bought)).days)
        for bought in days.values()
    ]
    return np.array(rows, dtype=float).T


class TestFit:
    def test_parameters_come_back(self):
        model = clv.fit_bg_nbd(*simulate(np.random.default_rng(11), 50_000))
        r, alpha, a, b = model.params
        assert (r, alpha) == pytest.approx(PUBLISHED[:2], rel=0.05)
        # a and b trade off against each other: the mean drop-out is what is known.
        mean = PUBLISHED.a / (PUBLISHED.a + PUBLISHED.b)
        assert a / (a + b) == pytest.approx(mean, rel=0.05)

    def test_the_unit_of_time_does_not_matter(self):
        count, last, age = simulate(np.random.default_rng(3), 3000)
        weeks, days = (clv.fit_bg_nbd(count, last * u, age * u) for u in (1, 7))
        assert days.params.alpha == pytest.approx(7 * weeks.params.alpha, rel=1e-6)
        one = weeks.expected_purchases(4, count, last, age)
        other = days.expected_purchases(28, count, last * 7, age * 7)
        np.testing.assert_allclose(one, other, rtol=1e-6)

    def test_the_order_and_number_of_rows_do_not_matter(self):
        columns = np.array(simulate(np.random.default_rng(4), 2000))
        model = clv.fit_bg_nbd(*columns)
        twice = clv.fit_bg_nbd(*np.hstack([columns[:, ::-1], columns]))
        assert twice.params == pytest.approx(model.params, rel=1e-4)
        assert twice.log_likelihood == pytest.approx(2 * model.log_likelihood)

    def test_likelihood_equals_the_paper_s_formula(self):
        columns = simulate(np.random.default_rng(6), 300)
        model = clv.fit_bg_nbd(*columns)
        total = sum(
            math.log(likelihood(model.params, *row))
            for row in zip(*columns, strict=True)
        )
        assert model.log_likelihood == pytest.approx(total, rel=1e-9)


def likelihood(params, x, last, age):
    """Equation 6 of the paper, as it stands there."""
    r, alpha, a, b = params
    gammas = math.gamma(r + x) * alpha**r / math.gamma(r)
    stayed = beta_function(a, b + x) / beta_function(a, b) / (alpha + age) ** (r + x)
    if x == 0:
        return gammas * stayed
    left = beta_function(a + 1, b + x - 1) / beta_function(a, b)
    return gammas * (stayed + left / (alpha + last) ** (r + x))


HISTORY = st.integers(0, 12).flatmap(
    lambda x: st.tuples(
        st.just(x),
        st.floats(0.1, 1) if x else st.just(0.0),
        st.floats(1, 200),
    )
)
PARAMS = st.builds(
    clv.BgNbdParams,
    r=st.floats(0.1, 4),
    alpha=st.floats(0.5, 60),
    a=st.one_of(st.just(1.0), st.floats(0.1, 4)),
    b=st.floats(0.3, 6),
)


class TestForecast:
    @given(params=PARAMS, history=HISTORY, horizon=st.floats(0.5, 150))
    def test_equals_the_integral_over_drop_outs(self, params, history, horizon):
        x, share, age = history
        model = clv.BgNbdModel(params, 0.0, 1)
        found = model.expected_purchases(horizon, x, share * age, age)[0]
        slow = slow_purchases(params, horizon, x, age)
        slow *= model.p_alive(x, share * age, age)[0]
        assert found == pytest.approx(slow, rel=1e-4, abs=1e-7)

    @given(params=PARAMS, history=HISTORY, more=st.floats(0.5, 50))
    def test_longer_silence_means_fewer_alive(self, params, history, more):
        x, share, age = history
        model = clv.BgNbdModel(params, 0.0, 1)
        before = model.p_alive(x, share * age, age)[0]
        after = model.p_alive(x, share * age, age + more)[0]
        assert 0 <= after <= before <= 1
        assert before == 1 or x > 0

    @given(params=PARAMS, history=HISTORY)
    def test_nothing_is_expected_of_no_time(self, params, history):
        x, share, age = history
        model = clv.BgNbdModel(params, 0.0, 1)
        found = model.expected_purchases(0, x, share * age, age)[0]
        assert found == pytest.approx(0, abs=1e-9)

    def test_active_time_lies_between_now_and_the_horizon(self):
        time = MODEL.expected_active_time(39, [2, 2, 0], [30, 3, 0], [38, 38, 38])
        alive = MODEL.p_alive([2, 2, 0], [30, 3, 0], [38, 38, 38])
        assert np.all(time <= 39 * alive)
        assert time[1] < time[0] < time[2]
        grid = [MODEL.expected_active_time(t, 2, 30, 38)[0] for t in (1e-3, 1e-2)]
        assert grid[0] == pytest.approx(1e-3 * alive[0], rel=1e-2)
        assert grid[0] < grid[1]

    def test_draws_have_the_expected_mean(self):
        columns = ([0, 2, 7], [0, 30, 36], [38, 38, 38])
        rng = np.random.default_rng(1)
        draws = MODEL.purchase_draws(39, *columns, draws=40_000, rng=rng)
        error = 4 * draws.std(axis=0) / 200
        difference = np.abs(draws.mean(0) - MODEL.expected_purchases(39, *columns))
        assert (difference < error).all()

    def test_scalars_and_columns_agree(self):
        assert MODEL.expected_purchases(39, 2, 30.43, 38.86).shape == (1,)


def slow_purchases(params, horizon, x, age):
    """E[purchases in the horizon | alive], integrated over the drop-out p."""
    r, alpha, a, b = params

    def at(p):
        share = (alpha + age) / (alpha + age + p * horizon)
        return (1 - share ** (r + x)) / p

    # The beta density is singular at 0 and 1: as a weight it costs the quadrature
    # nothing. Most of what matters may lie close to 0, so that part is cut finer.
    total, cuts = 0.0, (0.0, 0.01, 0.1, 0.5, 1.0)
    for low, high in pairwise(cuts):
        left, right = (a - 1 if low == 0 else 0), (b + x - 1 if high == 1 else 0)

        def rest(p, left=left, right=right):
            value = at(p) if p else (r + x) * horizon / (alpha + age)
            value *= 1 if left else p ** (a - 1)
            return value if right else value * (1 - p) ** (b + x - 1)

        total += quad(rest, low, high, weight="alg", wvar=(left, right))[0]
    return total / beta_function(a, b + x)


class TestBadColumns:
    @pytest.mark.parametrize(
        ("columns", "message"),
        [
            (([1], [1], [0]), "age must be greater than 0"),
            (([1.5], [1], [2]), "whole number"),
            (([-1], [0], [2]), "whole number"),
            (([1], [3], [2]), "between 0 and age"),
            (([0], [1], [2]), "recency is 0 without"),
            (([1, 2], [1], [2]), "differ in length"),
            (([1], [math.nan], [2]), "must be finite"),
            ((["a"], [1], [2]), "numbers only"),
        ],
    )
    def test_say_what_is_wrong(self, columns, message):
        with pytest.raises(ValueError, match=message):
            clv.fit_bg_nbd(*columns)
        with pytest.raises(ValueError, match=message):
            MODEL.p_alive(*columns)

    @pytest.mark.parametrize("horizon", [-1, math.inf, math.nan, "week"])
    def test_a_horizon_is_a_time(self, horizon):
        with pytest.raises(ValueError, match="t must be"):
            MODEL.expected_purchases(horizon, 1, 1, 2)


class TestManyPurchases:
    """A grocer's customers buy hundreds of times: the formulas must hold for them."""

    NODES, WEIGHTS = np.polynomial.legendre.leggauss(400)

    def by_quadrature(self, params, value, x):
        """Return the mean of ``value(p)`` over the drop-out after ``x`` purchases."""
        places = betaincinv(params.a, params.b + x, (self.NODES + 1) / 2)
        return float(self.WEIGHTS / 2 @ value(places))

    @pytest.mark.parametrize("x", [0, 3, 12, 40, 150, 390])
    @pytest.mark.parametrize("horizon", [30, 365, 1825])
    def test_against_the_mean_over_drop_outs(self, x, horizon):
        for params in (
            clv.BgNbdParams(0.24, 30.8, 0.81, 2.47),
            clv.BgNbdParams(1.9, 12.0, 0.05, 40.0),
            clv.BgNbdParams(0.9, 4.0, 3.0, 90.0),
        ):
            age, last = 400.0, 399.0 if x else 0.0
            model = clv.BgNbdModel(params, 0.0, 1)
            rate, ahead = params.r + x, horizon / (params.alpha + age)

            def bought(p, rate=rate, ahead=ahead):
                return -np.expm1(-rate * np.log1p(p * ahead)) / p

            def active(p, rate=rate, unit=params.alpha + age):
                steps = (self.NODES + 1) / 2 * horizon / unit
                left = np.exp(-rate * np.log1p(p[:, None] * steps))
                return left @ (self.WEIGHTS / 2) * horizon

            alive = model.p_alive(x, last, age)
            assert model.expected_purchases(horizon, x, last, age) == pytest.approx(
                alive * self.by_quadrature(params, bought, x), rel=1e-4
            )
            assert model.expected_active_time(horizon, x, last, age) == pytest.approx(
                alive * self.by_quadrature(params, active, x), rel=1e-4
            )
