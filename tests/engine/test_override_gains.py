"""Pairs of overridden and like lines, their gain, and what a month explains."""

import numpy as np
import pytest

from drops import World, week_of
from marketing_engine.override_gains import describe_gains, log_gains, pair_overrides
from marketing_engine.store_matrix import fit


def lines(effect, seed, size=240):
    """Return profit a piece, who was overridden, features and group of lines.

    Planners override where stores are good: the naive comparison is wrong.
    """
    rng = np.random.default_rng(seed)
    good, group = rng.normal(0, 1, size), rng.integers(0, 4, size)
    changed = rng.random(size) < 0.35 / (1 + np.exp(-1.5 * good))
    profit = 0.3 + 0.2 * good + 0.1 * group + effect * changed
    return profit + rng.normal(0, 0.1, size), changed, good[:, None], group


class TestPairs:
    def test_pairs_never_leave_the_group_and_use_a_line_once(self):
        _profit, changed, features, group = lines(0, 1)
        rows, controls = pair_overrides(features, changed, group)
        assert changed[rows].all() and not changed[controls].any()
        assert (group[rows] == group[controls]).all()
        assert np.unique(np.r_[rows, controls]).size == 2 * rows.size
        assert rows.size == changed.sum()
        assert np.abs(features[rows] - features[controls]).mean() < 0.3

    def test_lines_without_a_like_one_are_in_no_pair(self):
        rows, controls = pair_overrides(
            np.arange(5.0)[:, None], [1, 1, 0, 1, 0], ["a", "a", "a", "b", "c"]
        )
        assert (rows.tolist(), controls.tolist()) == ([1], [2])  # the nearer one
        rows, controls = pair_overrides(np.ones((2, 1)), [1, 0], ["a", "b"])
        assert not rows.size and not controls.size

    def test_the_truth_is_in_the_interval_where_the_plain_difference_is_not(self):
        misses = plain = 0
        for seed in range(40):
            profit, changed, features, group = lines(0.0, seed)
            rows, controls = pair_overrides(features, changed, group)
            found = describe_gains(profit[rows] - profit[controls])
            misses += not found.low <= 0 <= found.high
            plain += profit[changed].mean() - profit[~changed].mean() > 0.05
        assert misses <= 6 and plain >= 35
        profit, changed, features, group = lines(0.15, 3)
        rows, controls = pair_overrides(features, changed, group)
        found = describe_gains(profit[rows] - profit[controls])
        assert found.low > 0 and found.pairs == rows.size and found.win_low > 0.5

    def test_bad_lines(self):
        with pytest.raises(ValueError, match="differ in length"):
            pair_overrides(np.ones((3, 1)), [1, 0], [0, 0, 0])
        with pytest.raises(ValueError, match="two values"):
            describe_gains([1.0])


class TestLogGains:
    def test_a_good_month_is_no_merit(self):
        actual, expected = np.array([300.0, 310, 150]), np.array([100.0, 100, 100])
        found = log_gains(actual, expected, [0, 1, 1], ["m"] * 3, prior=1e-12)
        assert found == pytest.approx([0, np.log(3.1 / 3), np.log(0.5)], abs=1e-9)
        alone = log_gains(actual[1:], expected[1:], [1, 1], ["m"] * 2, prior=10)
        assert alone == pytest.approx([1, np.log(1.5)])  # cut off at 1
        doubted = log_gains(actual, expected, [0, 1, 1], ["m"] * 3, prior=1e9)
        assert doubted[2] == pytest.approx(np.log(1.5), abs=1e-6)

    def test_nothing_sold_and_bad_lines(self):
        bad_month = log_gains([1, 1, 0], [100] * 3, [0, 0, 1], ["m"] * 3, prior=0.1)
        assert bad_month[2] == -1  # however bad the month was
        assert log_gains([0, -5], [1, 1], [1, 1], [0, 0], prior=1).tolist() == [-1, -1]
        with pytest.raises(ValueError, match="above zero"):
            log_gains([1], [0], [1], [0], prior=1)
        with pytest.raises(ValueError, match="differ in length"):
            log_gains([1], [1], [1, 0], [0], prior=1)


class TestLift:
    def test_a_lift_moves_the_rate_of_its_cells_only(self):
        world = World(4, stores=30, creatives=3)
        model = fit(world.history())
        ask = (np.arange(30), np.arange(3), week_of(18))
        lift = np.ones((30, 3))
        lift[:5, 1] = 1.2
        plain, lifted = model.expect(*ask), model.expect(*ask, lift=lift)
        assert lifted.rate / plain.rate == pytest.approx(lift)
        assert (lifted.scores == plain.scores).all()
        lift[:, 1] = 1e6
        found = model.recommend(*ask, 0.85, lift=np.minimum(lift, 4))
        assert (found.creative_index == 1).mean() > 0.9
        for bad in (np.ones((30, 2)), np.zeros((30, 3))):
            with pytest.raises(ValueError, match="above 0 and have the shape"):
                model.expect(*ask, lift=bad)
