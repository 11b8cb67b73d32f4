"""Purchases and money together: present value, and the interval of one customer."""

import datetime

import numpy as np
import pytest
import real_data

from marketing_engine import clv, evaluation

PURCHASES = clv.BgNbdModel(clv.BgNbdParams(0.8, 60.0, 0.8, 2.4), 0.0, 1)
MONEY = clv.GammaGammaModel(clv.GammaGammaParams(6.25, 3.74, 15.44), 0.0, 1)
ROWS = {
    "frequency": np.array([0, 1, 4, 4]),
    "recency": np.array([0, 30, 200, 20]),
    "age": np.array([50, 90, 230, 230]),
    "mean_value": np.array([20.0, 40.0, 10.0, 10.0]),
}


def simulate(rng, size, age, ahead):
    """Return histories of ``age`` days and what was spent in the ``ahead`` after it."""
    r, alpha, a, b = PURCHASES.params
    p, q, v = MONEY.params
    columns = {name: np.zeros(size) for name in ("x", "last", "mean", "spent")}
    for row in range(size):
        rate, leaves = rng.gamma(r) / alpha, rng.beta(a, b)
        worth = rng.gamma(q) / v
        time, times = 0.0, [0.0]
        while (time := time + rng.exponential(1 / rate)) <= age + ahead:
            times.append(time)
            if rng.random() < leaves:
                break
        values = rng.gamma(p, size=len(times)) / worth
        past = np.array(times) <= age
        columns["x"][row] = past.sum() - 1
        columns["last"][row] = np.array(times)[past][-1]
        columns["mean"][row] = values[past].mean()
        columns["spent"][row] = values[~past].sum()
    return columns


def cdnow_days():
    days = {}
    for line in real_data.text(real_data.needed("cdnow/CDNOW_sample.txt")).splitlines():
        _master, customer, date, _cds, value = line.split()
        day = datetime.date(int(date[:4]), int(date[4:6]), int(date[6:]))
        purchases = days.setdefault(customer, {})
        purchases[day] = purchases.get(day, 0) + float(value)
    return days


class TestForecast:
    def test_one_year_without_interest_is_purchases_times_value(self):
        found = clv.forecast_value(PURCHASES, MONEY, year=365, years=1, **ROWS)
        history = [ROWS[name] for name in ("frequency", "recency", "age")]
        purchases = PURCHASES.expected_purchases(365, *history)
        worth = MONEY.expected_value(ROWS["frequency"] + 1, ROWS["mean_value"])
        np.testing.assert_allclose(found.purchases, purchases)
        np.testing.assert_allclose(found.year, purchases * worth)
        np.testing.assert_allclose(found.horizon, found.year)
        np.testing.assert_allclose(found.p_alive, PURCHASES.p_alive(*history))
        np.testing.assert_allclose(
            found.active_time, PURCHASES.expected_active_time(365, *history)
        )

    def test_later_years_are_worth_less_and_margin_is_a_factor(self):
        plain = clv.forecast_value(PURCHASES, MONEY, year=365, **ROWS)
        paid = clv.forecast_value(
            PURCHASES,
            MONEY,
            year=365,
            discount_rate=0.21,
            margin_rate=np.array([1, 1, 0.5, 0.25]),
            **ROWS,
        )
        margin = np.array([1, 1, 0.5, 0.25])
        np.testing.assert_allclose(paid.year, margin * plain.year / 1.1)
        assert np.all(paid.horizon < margin * plain.horizon / 1.1)
        assert np.all(plain.horizon > plain.year)

    def test_a_single_purchase_is_known(self):
        rows = {name: np.repeat(column[0], 2) for name, column in ROWS.items()}
        rows["mean_value"] = np.array([10.0, 100.0])
        small, large = clv.forecast_value(PURCHASES, MONEY, year=365, **rows).year
        assert small < large

    def test_refuses_what_makes_no_sense(self):
        for options in ({"year": 0}, {"year": 365, "years": 0}):
            with pytest.raises(ValueError, match="greater than 0"):
                clv.forecast_value(PURCHASES, MONEY, **options, **ROWS)
        with pytest.raises(ValueError, match="discount_rate"):
            clv.forecast_value(PURCHASES, MONEY, year=365, discount_rate=-1, **ROWS)
        with pytest.raises(ValueError, match="level"):
            clv.value_interval(PURCHASES, MONEY, 365, level=1, **ROWS)
        with pytest.raises(ValueError, match="not negative"):
            clv.value_interval(PURCHASES, MONEY, -1, **ROWS)


class TestInterval:
    def test_holds_as_often_as_it_says(self):
        rng = np.random.default_rng(5)
        told = simulate(rng, 4000, age=400, ahead=365)
        low, high = clv.value_interval(
            PURCHASES,
            MONEY,
            365,
            told["x"],
            told["last"],
            np.full(4000, 400.0),
            told["mean"],
        )
        # Many spend nothing: what lies above the upper end says more than the inside.
        assert np.mean(told["spent"] > high) == pytest.approx(0.10, abs=0.015)
        assert np.mean(told["spent"] < low) <= 0.10

    @pytest.mark.parametrize("params", [(0.8, 60.0, 0.8, 2.4), (2.0, 30.0, 0.0, 1.0)])
    @pytest.mark.parametrize(
        "history",
        [(0, 0, 50, 20.0), (1, 30, 90, 40.0), (4, 200, 230, 10.0), (4, 20, 230, 10.0)]
        + [(33, 300, 310, 50.0), (150, 700, 705, 4.0)],
    )
    def test_equals_the_quantiles_of_simulated_years(self, params, history):
        purchases = clv.BgNbdModel(clv.BgNbdParams(*params), 0.0, 1)
        rng, (p, q, v) = np.random.default_rng(8), MONEY.params
        columns, mean = history[:3], history[3]
        count = purchases.purchase_draws(365, *columns, draws=60_000, rng=rng)[:, 0]
        known = columns[0] + 1
        scale = rng.gamma(p * known + q, size=count.size) / (v + known * mean)
        spent = np.where(count > 0, rng.gamma(p * np.maximum(count, 1)) / scale, 0.0)
        low, high = clv.value_interval(purchases, MONEY, 365, *columns, mean)
        beyond = np.mean(spent > high[0])
        assert beyond == pytest.approx(0.10, abs=0.008) or high[0] == 0 > beyond - 0.1
        assert np.quantile(spent, 0.1) == pytest.approx(low[0], rel=0.04, abs=0.01)

    def test_a_customer_s_interval_is_its_own(self):
        """Whoever else is asked about, in whatever order."""
        rows = {
            "frequency": np.repeat([0, 3, 40], 60),
            "recency": np.repeat([0, 50, 55], 60),
            "age": np.tile(np.arange(60, 780, 12), 3),
            "mean_value": np.full(180, 20.0),
        }
        both = clv.value_interval(PURCHASES, MONEY, 365, **rows)
        for row in range(7, 180, 31):
            one = {name: column[row] for name, column in rows.items()}
            alone = clv.value_interval(PURCHASES, MONEY, 365, **one)
            np.testing.assert_allclose(np.ravel(alone), np.array(both)[:, row])

    def test_nobody_is_asked_about(self):
        nobody = {name: column[:0] for name, column in ROWS.items()}
        low, high = clv.value_interval(PURCHASES, MONEY, 365, **nobody)
        found = clv.forecast_value(PURCHASES, MONEY, year=365, **nobody)
        assert low.size == high.size == found.horizon.size == 0

    def test_nothing_is_spent_in_no_time(self):
        assert not np.any(clv.value_interval(PURCHASES, MONEY, 0, **ROWS))


def test_the_first_basket_helps_to_rank_customers():
    """On CDNOW: forecasts of 273 days against what came, better than the run rate."""
    cut = datetime.date(1997, 10, 1)
    rows = []
    for days in cdnow_days().values():
        before = sorted(day for day in days if day < cut)
        total = sum(days[day] for day in before)
        if total <= 0:
            continue
        spent = sum(value for day, value in days.items() if day >= cut)
        last, age = (before[-1] - before[0]).days, (cut - before[0]).days
        rows.append((len(before) - 1, last, age, total / len(before), spent))
    x, last, age, mean, spent = np.array(rows).T
    purchases = clv.fit_bg_nbd(x, last, age)
    money = clv.fit_gamma_gamma(x + 1, mean)
    found = clv.forecast_value(purchases, money, x, last, age, mean, year=273, years=1)
    run_rate = x / age * 273 * mean
    assert evaluation.gini(found.year, spent) > 0.66
    assert evaluation.mean_absolute_error(found.year, spent) < 31
    assert evaluation.mean_absolute_error(run_rate, spent) > 40
