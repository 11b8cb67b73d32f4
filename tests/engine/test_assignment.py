"""Buckets by hash, and the check that a split came out as planned."""

import random
from hashlib import sha256

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from marketing_engine.experiments import assign_bucket, assign_buckets, srm


class TestBuckets:
    @given(
        salt=st.text(max_size=20), unit=st.integers(1, 2**40), buckets=st.integers(1)
    )
    def test_is_the_documented_formula(self, salt, unit, buckets):
        buckets = min(buckets, 2**32)
        digest = sha256(f"{salt}:{unit}".encode()).hexdigest()
        assert assign_bucket(salt, unit, buckets) == int(digest[:8], 16) % buckets

    def test_known_values_never_change(self):
        # Stored holdouts depend on them: a change would move customers between arms.
        found = [assign_bucket("holdout", unit) for unit in (1, 2, 3)]
        assert found == [7027, 4334, 817]

    def test_arrays_equal_single_units(self):
        units = np.arange(1, 500)
        single = [assign_bucket("x", int(unit)) for unit in units]
        assert assign_buckets("x", units).tolist() == single
        assert assign_buckets("x", map(str, units)).tolist() == single
        assert assign_buckets("x", []).shape == (0,)

    def test_buckets_are_filled_evenly(self):
        found = np.bincount(assign_buckets("even", range(50_000), 20), minlength=20)
        assert srm(found, [1 / 20] * 20) > 0.001

    def test_salts_split_independently(self):
        first = assign_buckets("one", range(40_000), 2)
        second = assign_buckets("two", range(40_000), 2)
        assert srm(np.bincount(2 * first + second), [0.25] * 4) > 0.001

    @pytest.mark.parametrize("buckets", [0, -1, 2**32 + 1, 1.5])
    def test_bad_buckets(self, buckets):
        with pytest.raises(ValueError, match="buckets must be"):
            assign_bucket("x", 1, buckets)

    @pytest.mark.parametrize("unit", [1.0, None, True, b"1"])
    def test_bad_unit(self, unit):
        with pytest.raises(ValueError, match="a unit must be a whole number or text"):
            assign_bucket("x", unit)


class TestSampleRatio:
    @given(counts=st.lists(st.integers(1, 5_000), min_size=2, max_size=8))
    def test_equals_scipy(self, counts):
        shares = [1 / len(counts)] * len(counts)
        expected = stats.chisquare(counts).pvalue
        assert srm(counts, shares) == pytest.approx(expected, rel=1e-9, abs=1e-300)

    @given(counts=st.lists(st.integers(0, 99), min_size=3, max_size=3))
    def test_the_order_of_the_arms_does_not_matter(self, counts):
        if any(counts):
            shares = [0.5, 0.3, 0.2]
            assert srm(counts[::-1], shares[::-1]) == pytest.approx(srm(counts, shares))

    def test_a_ten_percent_holdout_that_lost_a_tenth_is_rejected(self):
        # The specification's own sample: 34,580 of 384,230 held out.
        assert srm([34_580, 384_230 - 34_580], [0.1, 0.9]) < 1e-80

    def test_as_planned(self):
        assert srm([50, 950], [0.05, 0.95]) == 1

    def test_false_alarms_are_as_rare_as_promised(self):
        draw = random.Random(11)
        alarms = 0
        for _ in range(400):
            held_out = sum(draw.random() < 0.2 for _ in range(500))
            alarms += srm([held_out, 500 - held_out], [0.2, 0.8]) < 0.05
        assert 5 < alarms < 40

    @pytest.mark.parametrize(
        ("counts", "shares", "message"),
        [
            ([1, 2], [0.5, 0.6], "sum to 1"),
            ([1, 2], [0, 1], "shares must be above 0"),
            ([1, 2], [-0.5, 1.5], "shares must be above 0"),
            ([1, 2], [0.5, np.nan], "shares must be finite"),
            ([1], [1], "at least two shares"),
            ([1, 2, 3], [0.5, 0.5], "3 counts, but 2 shares"),
            ([], [0.5, 0.5], "0 counts, but 2 shares"),
            ([0, 0], [0.5, 0.5], "one above 0"),
            ([-1, 2], [0.5, 0.5], "0 or more"),
            ([1.5, 2], [0.5, 0.5], "counts must be a whole number: 1.5"),
        ],
    )
    def test_bad_input(self, counts, shares, message):
        with pytest.raises(ValueError, match=message):
            srm(counts, shares)
