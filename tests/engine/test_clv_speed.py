"""What makes the lifetime value of many customers quick changes no result."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketing_engine import clv
from marketing_engine.clv.age_curves import price
from marketing_engine.clv.bg_nbd_likelihood import BgNbdLikelihood
from marketing_engine.clv.equal_rows import number_rows
from marketing_engine.clv.gamma_gamma import _Likelihood as MoneyLikelihood
from marketing_engine.clv.histories import Histories
from marketing_engine.clv.summit import climb

SIZE = 2000
PARAMS = st.builds(
    clv.BgNbdParams,
    r=st.floats(0.05, 5),
    alpha=st.floats(0.05, 300),
    a=st.one_of(st.just(0.0), st.just(1.0), st.floats(0.05, 5)),
    b=st.floats(0.2, 6),
)


def many(seed=1, whole=False):
    """Return histories of two or three purchases and a long one, by the hour."""
    rng = np.random.default_rng(seed)
    age = rng.uniform(1, 900, SIZE)
    age = np.ceil(age) if whole else age
    x = rng.choice([0.0, 1.0, 7.0], SIZE)
    x[0] = 400.0
    share = np.where(x > 0, rng.uniform(0.1, 1, SIZE), 0)
    last = np.ceil(share * age) if whole else share * age
    return x, np.minimum(last, age), age


class TestEqualRows:
    @pytest.mark.parametrize("factor", [1, 1 / 7, 1e7])
    def test_rows_are_told_apart_and_counted(self, factor):
        rng = np.random.default_rng(2)
        columns = [rng.integers(0, top, 500) * factor for top in (3, 5, 9)]
        first, row_of, counts = number_rows(*columns)
        slow, place, number = np.unique(
            np.column_stack(columns), axis=0, return_inverse=True, return_counts=True
        )
        np.testing.assert_array_equal(np.column_stack(columns)[first], slow)
        np.testing.assert_array_equal(row_of, place.ravel())
        np.testing.assert_array_equal(counts, number)

    def test_numbers_too_large_for_one_key(self):
        rng = np.random.default_rng(3)
        columns = [rng.integers(0, 2, 300) * (2.0**31 - 9) for _column in range(4)]
        first, row_of, counts = number_rows(*columns)
        assert first.size == 16
        assert counts.sum() == 300
        for column in columns:
            np.testing.assert_array_equal(column[first][row_of], column)


class TestPrices:
    # Close to a = 1 the formula itself is right to seven digits only.
    @settings(max_examples=30)
    @given(params=PARAMS, horizon=st.floats(0.5, 2000), whole=st.booleans())
    def test_equal_those_of_each_customer_alone(self, params, horizon, whole):
        model, columns = clv.BgNbdModel(params, 0.0, 1), many(whole=whole)
        some = slice(0, SIZE, 131)
        few = [column[some] for column in columns]
        for figure in (model.purchases_if_alive, model.active_time_if_alive):
            alone = figure(horizon, few[0], few[2]) * model.p_alive(*few)
            name = figure.__name__.replace("purchases", "expected_purchases")
            name = name.replace("active_time", "expected_active_time")
            found = getattr(model, name.removesuffix("_if_alive"))(horizon, *columns)
            np.testing.assert_allclose(found[some], alone, rtol=1e-8, atol=1e-8)

    def test_are_asked_for_rarely(self):
        x, _last, age = many()
        asked = []

        def curves(frequency, ages):
            asked.append(frequency.size)
            return [1 / (5 + ages) ** (1 + frequency / 9)]

        [found] = price(curves, x, age, 5.0)
        np.testing.assert_allclose(found, 1 / (5 + age) ** (1 + x / 9), rtol=1e-9)
        assert sum(asked) < SIZE / 5


class TestDerivatives:
    @pytest.mark.parametrize("name", ["purchases", "nbd", "money"])
    def test_equal_differences(self, name):
        likelihood, place = {
            "purchases": (purchases(), np.array([0.1, -0.4, -0.3, 0.7])),
            "nbd": (purchases().nbd(), np.array([0.2, -0.3])),
            "money": (money(), np.array([1.0, 0.6, 0.3])),
        }[name]
        value, slope = likelihood.slope(place)
        steps = np.eye(place.size) * 1e-5
        ends = [[likelihood.slope(place + way * s) for way in (1, -1)] for s in steps]
        rises = [(up[0] - down[0]) / 2e-5 for up, down in ends]
        np.testing.assert_allclose(slope, rises, rtol=1e-5)
        if name == "nbd":
            return
        again, same, curve = likelihood.derivatives(place)
        assert again == pytest.approx(value, rel=1e-12)
        np.testing.assert_allclose(same, slope, rtol=1e-9)
        bends = np.array([(up[1] - down[1]) / 2e-5 for up, down in ends])
        np.testing.assert_allclose(-curve, bends, rtol=1e-4, atol=1e-3)

    def test_a_summit_is_reached_from_near_by_and_from_far_away(self):
        likelihood = money()
        near, value = climb(likelihood.derivatives, [1.9, 1.4, 2.6], 12.0)
        far, same = climb(likelihood.derivatives, [0.0, -3.0, 0.0], 12.0)
        np.testing.assert_allclose(near, far, atol=1e-6)
        assert value == pytest.approx(same)
        assert np.abs(likelihood.slope(near)[1]).max() < 1e-6 * abs(value)

    def test_without_a_summit_the_limit_is_the_end(self):
        asked = []

        def rising(place):
            """Rise for ever along the first coordinate; a hill along the second."""
            asked.append(place)
            slope = np.array([np.exp(-place[0]), 1 - place[1]])
            bend = np.diag([np.exp(-place[0]), 1.0])
            return -np.exp(-place[0]) + place[1] - place[1] ** 2 / 2, slope, bend

        place, _value = climb(rising, [0.0, 5.0], 9.0)
        np.testing.assert_allclose(place, [9.0, 1.0], atol=1e-6)
        assert len(asked) < 30


def purchases():
    x, last, age = many(whole=True)
    rows, counts, _row_of = Histories(x[1:], last[1:] / 300, age[1:] / 300).distinct()
    return BgNbdLikelihood(rows, counts)


def money():
    rng = np.random.default_rng(7)
    x = rng.integers(1, 9, SIZE).astype(float)
    own = rng.gamma(3.74, 1 / 15.44, SIZE)
    return MoneyLikelihood(x, rng.gamma(6.25 * x) / own / x)
