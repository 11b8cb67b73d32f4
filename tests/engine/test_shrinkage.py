"""Shrunk shares and rates: what simulations put in comes out, and the edges."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketing_engine.shrinkage import RatePrior, SharePrior, fit_rate, fit_shares

HOURS = np.array([1, 1, 2, 8, 4, 2, 6, 12, 6, 2]) / 44.0


def simulate_shares(rng, people, strength, sizes):
    own = rng.dirichlet(strength * HOURS, people)
    return own, np.array(
        [rng.multinomial(n, p) for n, p in zip(sizes, own, strict=True)]
    )


class TestShares:
    @pytest.mark.parametrize("strength", [2, 10, 60])
    def test_the_strength_comes_back(self, strength):
        rng = np.random.default_rng(1)
        _own, counts = simulate_shares(rng, 8000, strength, rng.integers(1, 40, 8000))
        prior = fit_shares(counts)
        assert prior.strength == pytest.approx(strength, rel=0.15)
        assert prior.shares == pytest.approx(HOURS, abs=0.015)

    def test_people_who_are_all_alike_get_everybody_s_pattern(self):
        rng = np.random.default_rng(2)
        counts = rng.multinomial(10, HOURS, size=4000)
        prior = fit_shares(counts)
        assert prior.strength > 300
        assert np.abs(prior.posterior(counts) - HOURS).max() < 0.05

    def test_shrunk_shares_are_closer_than_raw_ones_and_than_everybody_s(self):
        rng = np.random.default_rng(3)
        own, counts = simulate_shares(rng, 3000, 6, rng.integers(1, 12, 3000))
        shrunk = fit_shares(counts).posterior(counts)
        raw = counts / counts.sum(axis=1, keepdims=True)
        errors = [((guess - own) ** 2).mean() for guess in (shrunk, raw, HOURS)]
        assert errors[0] < 0.7 * min(errors[1:])

    def test_the_hour_chosen_by_shrunk_shares_is_better(self):
        """With three observations, as most people have."""
        rng = np.random.default_rng(4)
        own, counts = simulate_shares(rng, 4000, 3, np.full(4000, 3))
        shrunk = fit_shares(counts).posterior(counts)
        best = own.max(axis=1)
        rows = np.arange(4000)

        def efficiency(hours):
            return (own[rows, hours] / best).mean()

        mine = efficiency(shrunk.argmax(axis=1))
        assert mine > efficiency(counts.argmax(axis=1))
        assert mine > efficiency(np.full(4000, HOURS.argmax()))

    @given(
        counts=st.lists(
            st.lists(st.integers(0, 50), min_size=3, max_size=3), min_size=1, max_size=9
        )
    )
    def test_they_are_shares_whatever_comes(self, counts):
        if not np.sum(counts):
            with pytest.raises(ValueError, match="nothing was counted"):
                fit_shares(counts)
            return
        prior = fit_shares(counts)
        shares = prior.posterior(counts)
        assert shares.sum(axis=1) == pytest.approx(np.ones(len(counts)))
        assert (shares >= 0).all()
        assert 0.1 <= prior.strength <= 1e6

    def test_somebody_unknown_is_like_everybody(self):
        prior = SharePrior(HOURS, 5.0)
        assert prior.posterior([[0] * 10])[0] == pytest.approx(HOURS)

    def test_own_observations_count_half_at_the_strength(self):
        prior = SharePrior(np.array([0.5, 0.5]), 8.0)
        assert prior.posterior([[8, 0]])[0] == pytest.approx([0.75, 0.25])


class TestRates:
    def test_shape_and_mean_come_back(self):
        rng = np.random.default_rng(5)
        exposure = rng.integers(1, 60, 40_000)
        events = rng.poisson(exposure * rng.gamma(0.8, 0.05, exposure.size))
        prior = fit_rate(events, exposure)
        assert prior.mean == pytest.approx(0.04, rel=0.05)
        assert prior.shape == pytest.approx(0.8, rel=0.15)

    def test_shrunk_rates_are_closer_than_raw_ones(self):
        rng = np.random.default_rng(6)
        exposure = rng.integers(1, 30, 5000)
        own = rng.gamma(1.5, 0.03, exposure.size)
        events = rng.poisson(exposure * own)
        shrunk = fit_rate(events, exposure).posterior(events, exposure)
        raw = events / exposure
        everybody = events.sum() / exposure.sum()
        errors = [((guess - own) ** 2).mean() for guess in (shrunk, raw, everybody)]
        assert errors[0] < 0.9 * min(errors[1:])

    def test_people_who_are_all_alike_get_everybody_s_rate(self):
        rng = np.random.default_rng(7)
        exposure = np.full(3000, 20)
        prior = fit_rate(rng.poisson(exposure * 0.1), exposure)
        assert prior.posterior([0, 9], [20, 20]) == pytest.approx([0.1, 0.1], rel=0.2)

    @given(events=st.integers(0, 100), exposure=st.integers(1, 100))
    def test_they_lie_between_own_and_everybody_s(self, events, exposure):
        prior = RatePrior(2.0, 40.0)
        low, high = sorted((events / exposure, prior.mean))
        found = prior.posterior([events], [exposure])[0]
        assert low - 1e-12 <= found <= high + 1e-12

    def test_somebody_without_a_message_has_everybody_s_rate(self):
        assert RatePrior(2.0, 40.0).posterior([0], [0])[0] == 0.05


class TestBadColumns:
    @pytest.mark.parametrize(
        ("counts", "message"),
        [
            ([[1, -1]], "not be negative"),
            ([[0, 0]], "nothing was counted"),
            ([[1, math.nan]], "must be finite"),
            ([["a", "b"]], "numbers only"),
        ],
    )
    def test_counts(self, counts, message):
        with pytest.raises(ValueError, match=message):
            fit_shares(counts)

    def test_the_prior_has_as_many_categories(self):
        with pytest.raises(ValueError, match="2 columns, the prior 10"):
            SharePrior(HOURS, 5.0).posterior([[1, 2]])

    @pytest.mark.parametrize(
        ("columns", "message"),
        [
            (([0, 0], [5, 5]), "nothing happened"),
            (([1, 2], [0, 0]), "nothing happened"),
            (([1, -2], [5, 5]), "not be negative"),
            (([1], [5, 5]), "columns have 1 and 2"),
        ],
    )
    def test_rates(self, columns, message):
        with pytest.raises(ValueError, match=message):
            fit_rate(*columns)

    def test_one_category_is_everybody_s(self):
        prior = fit_shares([[4, 0], [9, 0]])
        assert prior.shares.tolist() == [1, 0]
        assert prior.posterior([[0, 1]])[0] == pytest.approx([1, 0], abs=1e-5)
