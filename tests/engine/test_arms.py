"""Experiments among stores: chance, power, and the interval of what is found."""

import numpy as np
import pytest
from scipy import stats

from marketing_engine.experiments import (
    compare,
    detectable,
    detectable_difference,
    draw_pairs,
    hold_out,
    matched_pairs,
    spread_beyond_chance,
    stores_needed,
    welch,
)

STORES = 120
REGION = np.repeat([0, 1, 2, 3], [60, 30, 20, 10])


class TestHoldOut:
    def test_each_unit_has_the_same_chance_and_each_group_its_share(self):
        times = np.zeros(STORES)
        for seed in range(600):
            held, chance = hold_out(REGION, 0.1, seed=seed)
            assert held.sum() == 12 and chance == pytest.approx(0.1)
            counts = np.bincount(REGION[held], minlength=4)
            assert (np.abs(counts - [6, 3, 2, 1]) <= 1).all()
            times += held
        # each 60 times, give or take what chance does (a deviation of 7.3)
        assert abs(times.mean() - 60) < 1e-9 and np.abs(times - 60).max() < 4.5 * 7.4

    def test_the_seed_decides_and_nobody_else(self):
        first, _chance = hold_out(REGION, 0.1, seed=7)
        assert (first == hold_out(REGION, 0.1, seed=7)[0]).all()
        assert (first != hold_out(REGION, 0.1, seed=8)[0]).any()

    def test_small_shares_and_what_is_impossible(self):
        assert hold_out(["a", "b", "b"], 0.01, seed=1)[0].sum() == 1
        assert hold_out(["a", "b", "b"], 0.99, seed=1)[0].sum() == 2
        for group, share in ((["a"], 0.5), (["a", "b"], 0), (["a", "b"], 1)):
            with pytest.raises(ValueError, match=r"held out|share"):
                hold_out(group, share, seed=1)


class TestPairs:
    def test_a_part_of_the_pairs_by_chance(self):
        features = np.random.default_rng(0).normal(size=(STORES, 3))
        pairs = draw_pairs(features, 12, group=REGION, seed=4)
        assert pairs.shape == (12, 2)
        assert (REGION[pairs[:, 0]] == REGION[pairs[:, 1]]).all()
        everybody = matched_pairs(features, group=REGION, seed=4).tolist()
        assert all(pair in everybody for pair in pairs.tolist())
        assert len(draw_pairs(features, group=REGION, seed=4)) == len(everybody) == 60
        other = draw_pairs(features, 12, group=REGION, seed=5)
        assert (pairs != other).any()
        with pytest.raises(ValueError, match="from 1 to the 60 pairs"):
            draw_pairs(features, 61, group=REGION, seed=4)

    def test_a_large_group_is_paired_in_parts(self):
        features = np.random.default_rng(1).normal(size=(1001, 2))
        pairs = matched_pairs(features)
        assert len(pairs) >= 499 and np.unique(pairs).size == pairs.size
        apart = np.linalg.norm(features[pairs[:, 0]] - features[pairs[:, 1]], axis=1)
        assert np.median(apart) < 0.15


class TestPower:
    def test_unequal_arms_are_found_as_often_as_said(self):
        """Four differences in five of the least size are found."""
        rng = np.random.default_rng(2)
        rate, spread, few, many = 0.02, 0.2, np.full(10, 900.0), np.full(60, 500.0)
        least = detectable(rate, many, few, store_spread=spread)
        found = 0
        for _world in range(400):
            arms = [
                rng.binomial(
                    sizes.astype(int),
                    (rate + more) * rng.gamma(1 / spread**2, spread**2, sizes.size),
                )
                / sizes
                for sizes, more in ((many, least), (few, 0.0))
            ]
            found += stats.ttest_ind(*arms, equal_var=False).pvalue < 0.05
        assert 0.7 < found / 400 < 0.9

    def test_like_the_formula_of_equal_arms_when_stores_are_many(self):
        sizes = np.full(2000, 800.0)
        assert detectable(0.02, sizes, sizes, store_spread=0.1) == pytest.approx(
            detectable_difference(0.02, 800, 2000, store_spread=0.1), rel=0.002
        )
        few = detectable(0.02, sizes[:3], sizes[:3])
        assert few > 1.2 * detectable_difference(0.02, 800, 3)

    def test_so_many_stores_find_the_target(self):
        needed = stores_needed(0.02, 800, 0.004, share=0.25, store_spread=0.2)
        arms = (
            np.full(round(0.75 * needed), 800.0),
            np.full(round(0.25 * needed), 800.0),
        )
        assert detectable(0.02, *arms, store_spread=0.2) == pytest.approx(
            0.004, rel=0.03
        )
        assert stores_needed(0.02, 800, 0.002, store_spread=0.2) > 3 * stores_needed(
            0.02, 800, 0.004, store_spread=0.2
        )

    def test_how_much_drops_differ_comes_back(self):
        rng = np.random.default_rng(3)
        store = np.repeat(np.arange(300), 8)
        pieces = rng.integers(300, 2000, store.size)
        own = (0.02 * rng.gamma(9, 1 / 9, 300))[store]  # between stores: not asked for
        for spread in (0.0, 0.3):
            noise = rng.gamma(1 / spread**2, spread**2, store.size) if spread else 1.0
            found = spread_beyond_chance(
                rng.binomial(pieces, np.minimum(own * noise, 1)), pieces, store
            )
            assert found == pytest.approx(spread, abs=0.05)
        assert spread_beyond_chance([1, 2], [10, 10], ["a", "b"]) == 0
        assert spread_beyond_chance([], [], []) == 0

    @pytest.mark.parametrize(
        "arguments", [(0.0, [5], [5, 5]), (0.1, [], [5] * 4), (0.1, [0, 1, 2], [5])]
    )
    def test_what_is_no_test(self, arguments):
        with pytest.raises(ValueError, match="a test needs"):
            detectable(*arguments)
        with pytest.raises(ValueError, match="a test needs"):
            stores_needed(0.02, 100, 0)


class TestCompare:
    def world(self, seed, effect):
        rng = np.random.default_rng(seed)
        usual = 0.02 * rng.gamma(16, 1 / 16, 80)
        second = rng.permutation(np.arange(80) < 20)
        true = usual + effect * ~second
        return rng.binomial(900, true) / 900, second, usual

    def test_the_interval_covers_and_the_past_narrows_it(self):
        inside, narrower = 0, []
        for seed in range(300):
            rate, second, usual = self.world(seed, 0.004)
            found = compare(rate, second, before=usual)
            plain = compare(rate, second)
            inside += found.low <= 0.004 <= found.high
            narrower.append((found.high - found.low) / (plain.high - plain.low))
            assert found.is_adjusted and not plain.is_adjusted
        assert 0.92 < inside / 300 < 0.98
        assert np.median(narrower) < 0.9

    def test_without_the_past_it_is_welch(self):
        rate, second, _usual = self.world(1, 0.0)
        found, first, other = compare(rate, second), rate[~second], rate[second]
        known = welch(
            first.mean(), first.std(ddof=1), 60, other.mean(), other.std(ddof=1), 20
        )
        assert (found.low, found.high) == pytest.approx((known.low, known.high))
        assert found.p_value == pytest.approx(known.p_value)
        assert (found.first, found.second) == (60, 20)

    def test_pairs_whole_ones_only(self):
        rate = np.array([3.0, 2, 5, 3, 9, 7, 50])
        second = np.array([0, 1, 0, 1, 0, 1, 0], dtype=bool)
        found = compare(rate, second, pair=[1, 1, 2, 2, 3, 3, 4])
        known = stats.ttest_rel([3, 5, 9], [2, 3, 7])
        assert found.difference == pytest.approx(5 / 3)
        assert found.p_value == pytest.approx(known.pvalue)
        assert (found.first, found.second) == (3, 3)
        same = compare([1.0, 1, 1, 1], [0, 1, 0, 1], pair=[1, 1, 2, 2])
        assert (same.difference, same.low, same.p_value) == (0, 0, 1)

    def test_too_few_stores(self):
        with pytest.raises(ValueError, match="two stores, or pairs"):
            compare([1.0, 2, 3], [0, 0, 1])
        with pytest.raises(ValueError, match="is_second has 1 rows"):
            compare([1.0, 2, 3], [1])
