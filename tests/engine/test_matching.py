"""Controls and pairs that are alike, what a test detects, and overrides."""

import numpy as np
import pytest
from scipy import stats

from marketing_engine.experiments import (
    detectable_difference,
    imbalance,
    match_controls,
    matched_pairs,
)
from marketing_engine.overrides import (
    compare_overrides,
    learn_overrides,
    mean_interval,
)


def make_stores(seed=0, count=300):
    rng = np.random.default_rng(seed)
    features = np.c_[
        rng.normal(0.02, 0.005, count), rng.lognormal(7, 0.4, count), rng.random(count)
    ]
    return features, rng.integers(0, 4, count)


class TestControls:
    @pytest.mark.parametrize("wanted", [10, 40, 100])
    def test_they_look_like_the_treated(self, wanted):
        """Treated are the good stores, as when a manager picks them."""
        features, _region = make_stores()
        rng = np.random.default_rng(1)
        score = features[:, 0] / 0.005 + rng.normal(0, 2, 300)
        treated = np.sort(np.argsort(-score)[:40])
        controls = match_controls(features, treated, wanted)
        assert controls.shape == (wanted,) and np.unique(controls).size == wanted
        assert not np.isin(controls, treated).any()
        rest = np.setdiff1d(np.arange(300), treated)
        before = np.abs(imbalance(features, treated, rest)).max()
        after = np.abs(imbalance(features, treated, controls)).max()
        assert before > 0.5
        assert after < (0.15 if wanted <= 40 else 0.3)

    def test_region_is_kept_and_masks_and_scales_do_not_matter(self):
        features, region = make_stores(2)
        mask = np.arange(300) < 50
        controls = match_controls(features, mask, 50, group=region)
        assert (region[controls] == region[:50]).all()
        again = match_controls(
            features * [100, 0.01, 7] + 3,
            np.arange(50),
            50,
            group=np.array(list("abcd"))[region],
        )
        assert (controls == again).all()
        twin = features.copy()
        twin[250] = twin[7]
        assert match_controls(twin, [7], 1)[0] == 250

    @pytest.mark.parametrize(
        ("treated", "n", "message"),
        [
            ([], 1, "at least one store"),
            ([0, 400], 1, "rows from 0 to 299"),
            ([0.5, 1], 1, "whole number"),
            ([0, 1], 0, "n must be from 1 to the 298"),
            ([0, 1], 299, "n must be from 1 to the 298"),
            (np.zeros(300, dtype=bool), 1, "must mark some"),
        ],
    )
    def test_bad_input(self, treated, n, message):
        with pytest.raises(ValueError, match=message):
            match_controls(make_stores()[0], treated, n)

    def test_all_that_are_left(self):
        features, _region = make_stores(count=12)
        assert sorted(match_controls(features, np.arange(8), 4)) == [8, 9, 10, 11]

    def test_unknown_features_are_refused(self):
        with pytest.raises(ValueError, match="finite: row 1, column 0"):
            match_controls([[1.0, 2], [np.nan, 1], [2, 2]], [0], 1)


class TestPairs:
    def test_pairs_are_near_and_chance_decides_who_is_first(self):
        features, region = make_stores(3, 101)
        pairs = matched_pairs(features, group=region, seed=5)
        flat = pairs.ravel()
        assert np.unique(flat).size == flat.size
        assert (region[pairs[:, 0]] == region[pairs[:, 1]]).all()
        assert len(pairs) >= 48
        assert (pairs == matched_pairs(features, group=region, seed=5)).all()
        assert (pairs != matched_pairs(features, group=region, seed=6)).any()
        scaled = (features - features.mean(axis=0)) / features.std(axis=0)
        apart = np.linalg.norm(scaled[pairs[:, 0]] - scaled[pairs[:, 1]], axis=1)
        assert apart.mean() < 0.5 * np.sqrt(2 * 3)
        assert matched_pairs(features[:1]).shape == (0, 2)


class TestPower:
    def test_a_difference_of_that_size_is_found_four_times_in_five(self):
        rate, pieces, stores, spread = 0.02, 800, 60, 0.15
        least = detectable_difference(rate, pieces, stores, store_spread=spread)
        assert 0.001 < least < 0.006
        rng = np.random.default_rng(0)

        def arm(mean):
            own = mean * rng.normal(1, spread, (2000, stores))
            return rng.binomial(pieces, np.clip(own, 0, 1)) / pieces

        low, high = arm(rate - least / 2), arm(rate + least / 2)
        found = stats.ttest_ind(low, high, axis=1).pvalue < 0.05
        assert found.mean() == pytest.approx(0.8, abs=0.04)

    def test_more_stores_detect_less(self):
        few, many = (detectable_difference(0.02, 500, n) for n in (20, 80))
        assert many == pytest.approx(few / 2)
        for bad in ((0, 500, 20), (0.02, 0, 20), (0.02, 500, 0)):
            with pytest.raises(ValueError, match="a test needs"):
                detectable_difference(*bad)


class TestOverrides:
    def lines(self, effect, seed=0, count=400):
        rng = np.random.default_rng(seed)
        features, region = make_stores(seed, count)
        expected = 1000 * features[:, 0]
        # Managers override where stores are good.
        changed = rng.random(count) < np.where(features[:, 0] > 0.02, 0.3, 0.1)
        actual = rng.poisson(expected * np.where(changed, 1 + effect, 1.0))
        return actual, expected, changed, features, region

    def test_a_real_gain_is_found_and_none_is_not_invented(self):
        actual, expected, changed, features, region = self.lines(0.3)
        found = compare_overrides(actual, expected, changed, features, group=region)
        assert found.low > 0 and found.low < 0.3 < found.high
        assert found.overridden == changed.sum() == found.matched
        assert found.win_low > 0.5
        misses = 0
        for seed in range(40):
            *columns, region = self.lines(0.0, seed, 150)
            result = compare_overrides(*columns, group=region)
            misses += not result.low <= 0 <= result.high
        assert misses <= 6

    def test_bad_lines(self):
        with pytest.raises(ValueError, match="1 overridden lines and 2 others"):
            compare_overrides([1, 2, 3], [1, 2, 3], [1, 0, 0], np.ones((3, 1)))
        with pytest.raises(ValueError, match="above zero"):
            compare_overrides([1, 2], [0, 2], [1, 0], np.ones((2, 1)))
        with pytest.raises(ValueError, match="two values"):
            mean_interval([1.0])


class TestLearning:
    def test_one_win_moves_a_preference_by_less_than_a_fifth(self):
        for count in range(8):
            gains = np.full(count, -0.1)
            groups = ["ann FL"] * (count + 1)
            before = 0.0
            if count:
                before = learn_overrides(gains, groups[:-1], [False] * count)
                before = before.preference[0]
            after = learn_overrides(np.r_[gains, 1.0], groups, [False] * (count + 1))
            assert after.preference[0] - before <= 0.2 * 1.1 + 1e-9
            assert after.causal == 0 and np.isinf(after.causal_error)

    def test_only_chance_moves_the_causal_estimate(self):
        rng = np.random.default_rng(2)
        gain = np.r_[rng.normal(0.15, 0.2, 20), rng.normal(-0.5, 0.1, 50)]
        chance = np.arange(70) < 20
        found = learn_overrides(gain, ["x"] * 70, chance)
        assert found.causal == pytest.approx(gain[:20].mean())
        assert found.preference[0] < -0.2
        assert found.count[0] == 70 and found.wins[0] == (gain > 0).sum()

    def test_a_true_gain_of_15_percent_is_learned_from_20_pairs(self):
        rng = np.random.default_rng(3)
        right = 0
        for _world in range(200):
            gain = rng.normal(np.log(1.15), 0.35, 20)
            right += learn_overrides(gain, ["x"] * 20, [True] * 20).causal > 0
        assert right >= 180

    def test_without_an_effect_none_is_learned(self):
        """24 months of overrides in 12 manager-regions: beyond 2 errors in 5 %."""
        rng, beyond = np.random.default_rng(4), []
        groups = np.repeat(np.arange(12), 24)
        for _world in range(30):
            gain = rng.normal(0, 0.3, groups.size)
            found = learn_overrides(gain, groups, np.zeros(groups.size, dtype=bool))
            beyond.append(np.abs(found.preference) > 2 * found.preference_error)
        assert np.mean(beyond) < 0.05
