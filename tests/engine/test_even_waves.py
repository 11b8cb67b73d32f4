"""Waves as even as can be: limits kept, regions together, the bound is one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketing_engine.store_budget import even_waves

NONE = np.inf


def stores(seed, count, regions):
    rng = np.random.default_rng(seed)
    pieces = rng.integers(100, 1500, count).astype(float)
    return (
        pieces,
        pieces * rng.choice([0.4, 0.6], count),
        rng.integers(0, regions, count),
    )


class TestEven:
    @pytest.mark.parametrize(("count", "waves"), [(98, 3), (400, 4)])
    def test_within_one_percent_of_the_bound_and_few_regions_are_split(
        self, count, waves
    ):
        pieces, costs, region = stores(count, count, 8)
        found = even_waves(pieces, costs, region, [NONE] * waves, [NONE] * waves)
        assert (found.wave >= 0).all()
        assert found.gap < 0.01 and found.bound <= found.deviation
        for amount in (pieces, costs):
            filled = np.bincount(found.wave, amount)
            off = np.abs(filled - amount.sum() / waves) / (amount.sum() / waves)
            assert off.max() <= found.deviation + 1e-9
        assert found.split <= waves
        alike = even_waves(pieces, costs, region, [NONE] * waves, [NONE] * waves)
        assert (alike.wave == found.wave).all()

    def test_capacity_budget_and_what_is_there(self):
        pieces, costs, region = stores(3, 200, 5)
        total, money = pieces.sum(), costs.sum()
        capacity, budgets = [0.3 * total, NONE, NONE], [NONE, 0.2 * money, NONE]
        there = [[0.1 * total, 0.0], [0, 0.05 * money], [0, 0]]
        found = even_waves(pieces, costs, region, capacity, budgets, there=there)
        assert (found.wave >= 0).all()
        assert np.bincount(found.wave, pieces)[0] <= 0.2 * total + 1e-6
        assert np.bincount(found.wave, costs)[1] <= 0.15 * money + 1e-6
        free = even_waves(
            [10.0], [1.0], [0], [NONE] * 2, [NONE] * 2, there=[[9, 9], [0, 0]]
        )
        assert free.wave[0] == 1

    def test_the_parts_are_those_of_the_capacity(self):
        pieces, costs, region = stores(5, 200, 1)
        total = pieces.sum()
        found = even_waves(pieces, costs, region, [total, 2 * total], [NONE] * 2)
        assert np.bincount(found.wave, pieces)[0] == pytest.approx(total / 3, rel=0.03)

    def test_what_does_not_fit_is_left_out_and_not_more(self):
        found = even_waves([400.0] * 3, [1.0] * 3, [0] * 3, [500, 500], [NONE] * 2)
        assert sorted(found.wave) == [-1, 0, 1]
        pieces, costs, region = stores(6, 150, 4)
        capacity = [0.3 * pieces.sum(), 0.5 * pieces.sum()]
        found = even_waves(pieces, costs, region, capacity, [NONE] * 2)
        inside = pieces[found.wave >= 0].sum()
        assert 0.78 * pieces.sum() < inside <= 0.8 * pieces.sum()

    def test_twins_and_barred_waves(self):
        one = even_waves(
            [10.0] * 3, [1.0] * 3, [0] * 3, [NONE] * 2, [NONE] * 2, same=["a"] * 3
        )
        assert sorted(one.wave) == [-1, 0, 1]
        pieces, costs, region = stores(7, 60, 3)
        barred = np.zeros((60, 3), dtype=bool)
        barred[:20, 1] = barred[20:40, [0, 2]] = True
        found = even_waves(pieces, costs, region, [NONE] * 3, [NONE] * 3, barred=barred)
        assert not barred[np.arange(60), found.wave].any()
        assert (found.wave[20:40] == 1).all()

    def test_nothing_and_nonsense(self):
        assert even_waves([], [], [], [NONE], [NONE]).wave.size == 0
        zero = even_waves([0.0, 0], [0.0, 0], [0, 1], [NONE] * 2, [NONE] * 2)
        assert (zero.wave >= 0).all() and zero.deviation == 0
        for arguments, message in (
            (([1.0], [1.0, 2], [0], [1], [1]), "costs have 2 rows"),
            (([1.0], [1.0], [0], [1, 2], [1]), "one number for each wave"),
            (([-1.0], [1.0], [0], [1], [1]), "from 0 on"),
        ):
            with pytest.raises(ValueError, match=message):
                even_waves(*arguments)

    @settings(max_examples=15, deadline=None)
    @given(st.integers(0, 10**6), st.integers(1, 12), st.integers(1, 3))
    def test_no_random_assignment_is_below_the_bound(self, seed, count, waves):
        pieces, costs, region = stores(seed, count, 3)
        found = even_waves(pieces, costs, region, [NONE] * waves, [NONE] * waves)
        rng = np.random.default_rng(seed)
        for _try in range(20):
            wave = rng.integers(0, waves, count)
            worst = 0.0
            for amount in (pieces, costs):
                filled = np.bincount(wave, amount, waves)
                mean = amount.sum() / waves
                worst = max(worst, np.abs(filled - mean).max() / mean)
            assert worst >= found.bound - 1e-9
