"""Comparisons of arms: published examples, naive oracles, invariances, bad input."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from oracles import binomial, normal_tail, wilson_by_bisection
from scipy import stats

from marketing_engine.experiments import proportion_interval, two_proportions, welch

Z95 = 1.959963984540054
COUNTS = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
MEANS = st.floats(-1e6, 1e6)
DEVIATIONS = st.floats(1e-3, 1e6)
SIZES = st.integers(2, 10_000)


class TestTwoProportions:
    @pytest.mark.parametrize(
        ("counts", "low", "high"),
        [
            # Newcombe (1998), table II, method 10.
            ((56, 70, 48, 80), 0.0524, 0.3339),
            ((9, 10, 3, 10), 0.1705, 0.8090),
            ((6, 7, 2, 7), 0.0582, 0.8062),
            ((5, 56, 0, 29), -0.0381, 0.1926),
            ((0, 10, 0, 20), -0.1611, 0.2775),
            ((0, 10, 0, 10), -0.2775, 0.2775),
            ((10, 10, 0, 20), 0.6791, 1.0000),
            ((10, 10, 0, 10), 0.6075, 1.0000),
        ],
    )
    def test_newcombes_own_examples(self, counts, low, high):
        result = two_proportions(*counts)
        assert result.low == pytest.approx(low, abs=5.1e-5)
        assert result.high == pytest.approx(high, abs=5.1e-5)

    @given(first=COUNTS, second=COUNTS)
    def test_equals_the_naive_formulas(self, first, second):
        result = two_proportions(*first, *second)
        (x1, n1), (x2, n2) = first, second
        p1, p2 = x1 / n1, x2 / n2
        low1, high1 = wilson_by_bisection(x1, n1, Z95)
        low2, high2 = wilson_by_bisection(x2, n2, Z95)
        low = p1 - p2 - math.sqrt((p1 - low1) ** 2 + (high2 - p2) ** 2)
        high = p1 - p2 + math.sqrt((high1 - p1) ** 2 + (p2 - low2) ** 2)
        assert result.difference == pytest.approx(p1 - p2, abs=1e-12)
        assert result.low == pytest.approx(low, abs=1e-6)
        assert result.high == pytest.approx(high, abs=1e-6)
        assert result.p_value == pytest.approx(2 * normal_tail(abs(result.z)), rel=1e-6)

    @given(first=COUNTS, second=COUNTS)
    def test_swapping_the_arms_swaps_the_sign(self, first, second):
        one, other = two_proportions(*first, *second), two_proportions(*second, *first)
        assert other.difference == pytest.approx(-one.difference)
        assert (other.low, other.high) == pytest.approx((-one.high, -one.low))
        assert other.p_value == pytest.approx(one.p_value)

    @given(first=COUNTS, second=COUNTS)
    def test_counting_failures_instead_swaps_the_sign(self, first, second):
        (x1, n1), (x2, n2) = first, second
        one = two_proportions(x1, n1, x2, n2)
        other = two_proportions(n1 - x1, n1, n2 - x2, n2)
        assert (other.low, other.high) == pytest.approx((-one.high, -one.low))
        assert other.z == pytest.approx(-one.z)

    @given(first=COUNTS, second=COUNTS, confidence=st.floats(0.5, 0.9999))
    def test_limits_are_possible_and_ordered(self, first, second, confidence):
        result = two_proportions(*first, *second, confidence=confidence)
        assert -1 <= result.low <= result.difference <= result.high <= 1
        assert 0 <= result.p_value <= 1

    @pytest.mark.parametrize(("p1", "p2"), [(0.1, 0.1), (0.02, 0.2)])
    def test_the_interval_covers_as_often_as_it_says(self, p1, p2):
        covered = 0.0
        for x1 in range(51):
            for x2 in range(61):
                result = two_proportions(x1, 50, x2, 60)
                if result.low <= p1 - p2 <= result.high:
                    covered += binomial(x1, 50, p1) * binomial(x2, 60, p2)
        assert 0.93 < covered < 0.985

    @pytest.mark.parametrize("successes", [0, 30])
    def test_no_variance_is_no_evidence(self, successes):
        result = two_proportions(successes, 30, successes, 30)
        assert (result.difference, result.z, result.p_value) == (0, 0, 1)
        assert result.low < 0 < result.high

    def test_more_confidence_is_wider(self):
        narrow = two_proportions(30, 100, 20, 100, confidence=0.8)
        wide = two_proportions(30, 100, 20, 100, confidence=0.99)
        assert wide.low < narrow.low < narrow.high < wide.high
        assert wide.p_value == narrow.p_value

    @pytest.mark.parametrize(
        ("counts", "message"),
        [
            ((0, 0, 1, 2), "n1 must be at least 1: 0"),
            ((1, 2, 0, 0), "n2 must be at least 1: 0"),
            ((3, 2, 1, 2), "x1 must be from 0 to n1 = 2: 3"),
            ((1, 2, -1, 2), "x2 must be from 0 to n2 = 2: -1"),
            ((0.5, 2, 1, 2), "x1 must be a whole number: 0.5"),
            ((1, math.nan, 1, 2), "n1 must be a whole number: nan"),
            ((1, math.inf, 1, 2), "n1 must be a whole number: inf"),
            (("1", 2, 1, 2), "x1 must be a whole number: '1'"),
            ((1, 2, None, 2), "x2 must be a whole number: None"),
        ],
    )
    def test_bad_counts(self, counts, message):
        with pytest.raises(ValueError, match=message):
            two_proportions(*counts)

    @pytest.mark.parametrize("confidence", [0, 1, 95, -0.1, math.nan])
    def test_bad_confidence(self, confidence):
        with pytest.raises(ValueError, match="confidence must be between 0 and 1"):
            two_proportions(1, 2, 1, 2, confidence=confidence)

    def test_whole_floats_are_counts(self):
        assert two_proportions(1.0, 2.0, 1, 4) == two_proportions(1, 2, 1, 4)


class TestWelch:
    @given(
        first=st.tuples(MEANS, DEVIATIONS, SIZES),
        second=st.tuples(MEANS, DEVIATIONS, SIZES),
    )
    def test_equals_scipy(self, first, second):
        result = welch(*first, *second)
        oracle = stats.ttest_ind_from_stats(*first, *second, equal_var=False)
        assert result.t == pytest.approx(oracle.statistic, rel=1e-9)
        assert result.p_value == pytest.approx(oracle.pvalue, rel=1e-6, abs=1e-250)

    @given(
        mean=st.floats(-100, 100),
        deviations=st.tuples(DEVIATIONS, DEVIATIONS),
        sizes=st.tuples(SIZES, SIZES),
        power=st.integers(-200, 200),
    )
    def test_the_currency_does_not_matter(self, mean, deviations, sizes, power):
        assume(mean == 0 or abs(mean) > 1e-6)
        scale = 2.0**power
        one = welch(mean, deviations[0], sizes[0], 1, deviations[1], sizes[1])
        scaled = [value * scale for value in (mean, *deviations, 1)]
        other = welch(scaled[0], scaled[1], sizes[0], scaled[3], scaled[2], sizes[1])
        assert other.t == pytest.approx(one.t)
        assert other.p_value == pytest.approx(one.p_value)
        assert other.degrees_of_freedom == pytest.approx(one.degrees_of_freedom)
        assert other.low == pytest.approx(one.low * scale)

    def test_by_hand(self):
        # Equal sizes and deviations: t = 1 / sqrt(4/8 + 4/8), 14 degrees of freedom.
        result = welch(3, 2, 8, 2, 2, 8)
        assert (result.difference, result.t) == (1, pytest.approx(1))
        assert result.degrees_of_freedom == pytest.approx(14)
        assert result.high == pytest.approx(1 + 2.144787, abs=1e-6)
        assert result.p_value == pytest.approx(0.334282, abs=1e-6)

    def test_the_interval_excludes_zero_when_the_test_rejects(self):
        for shift in range(1, 60):
            result = welch(shift / 10, 3.0, 25, 0, 1.5, 40)
            assert (result.low > 0) == (result.p_value < 0.05)

    def test_one_arm_without_variance(self):
        result = welch(2, 0, 10, 1, 1, 5)
        assert result.degrees_of_freedom == pytest.approx(4)

    def test_no_variance_at_all(self):
        equal, apart = welch(0, 0, 5, 0, 0, 9), welch(1, 0, 5, 2, 0, 9)
        assert (equal.t, equal.p_value, equal.low, equal.high) == (0, 1, 0, 0)
        assert (apart.t, apart.p_value) == (-math.inf, 0)
        assert apart.low == apart.high == -1
        assert apart.degrees_of_freedom == 12

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ((1, 1, 1, 1, 1, 5), "n1 must be at least 2: 1"),
            ((1, 1, 5, 1, 1, 0), "n2 must be at least 2: 0"),
            ((1, -1, 5, 1, 1, 5), "sd1 not negative"),
            ((1, 1, 5, math.nan, 1, 5), "mean2 and sd2 must be finite"),
            ((1, math.inf, 5, 1, 1, 5), "mean1 and sd1 must be finite"),
            ((1, 1, 5.5, 1, 1, 5), "n1 must be a whole number"),
        ],
    )
    def test_bad_input(self, arguments, message):
        with pytest.raises(ValueError, match=message):
            welch(*arguments)


def test_interval_of_one_rate_is_wilsons():
    """Newcombe (1998), table I, the score method for 81/263 and 0/20."""
    assert proportion_interval(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert proportion_interval(0, 20) == pytest.approx((0.0, 0.1611), abs=1e-4)
    low, high = proportion_interval(20, 20, confidence=0.99)
    assert high == 1 and low < 0.8389
    with pytest.raises(ValueError, match="at least 1"):
        proportion_interval(0, 0)
