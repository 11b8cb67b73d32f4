"""Rates against their limits, warm-up, reputation and hours: oracles and bad input."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from marketing_engine.sending import (
    REPUTATION,
    draw_hours,
    hour_weights,
    probability_above,
    reputation_score,
    warmup_limit,
)

COUNTS = st.integers(1, 5000).flatmap(
    lambda n: st.tuples(st.integers(0, n), st.just(n))
)
HISTOGRAMS = st.lists(st.integers(0, 50), min_size=24, max_size=24)


class TestProbabilityAbove:
    @given(counts=COUNTS, limit=st.floats(0.0005, 0.5))
    def test_equals_the_tail_of_the_posterior(self, counts, limit):
        events, trials = counts
        expected = stats.beta.sf(limit, 0.5 + events, 0.5 + trials - events)
        assert probability_above(events, trials, limit) == pytest.approx(
            expected, abs=1e-9
        )

    @pytest.mark.parametrize(
        ("events", "trials", "limit", "is_sure"),
        [
            (1, 1000, 0.001, False),
            (2, 1000, 0.001, False),
            (3, 1000, 0.001, True),
            (4, 1000, 0.0025, False),
            (5, 1000, 0.0025, True),
            (0, 1_000_000, 0.001, False),
        ],
    )
    def test_what_the_brakes_rest_on(self, events, trials, limit, is_sure):
        """Of 1,000 messages three complaints slow a campaign, five stop it."""
        assert (probability_above(events, trials, limit) > 0.9) is is_sure

    @given(counts=COUNTS)
    def test_more_events_are_more_probable(self, counts):
        events, trials = counts
        if events < trials:
            assert probability_above(events + 1, trials, 0.01) >= probability_above(
                events, trials, 0.01
            )

    def test_false_alarms_are_rare_when_the_rate_is_half_the_limit(self):
        trials, alarms = 5000, 0.0
        for events in range(60):
            if probability_above(events, trials, 0.001) > 0.9:
                alarms += stats.binom.pmf(events, trials, 0.0005)
        assert alarms < 0.01

    @pytest.mark.parametrize(
        "arguments",
        [(-1, 10, 0.1), (11, 10, 0.1), (1.5, 10, 0.1), (1, 10, 1.1), (1, 10, -0.1)],
    )
    def test_bad_input(self, arguments):
        with pytest.raises(ValueError, match="must be"):
            probability_above(*arguments)

    def test_bad_prior(self):
        with pytest.raises(ValueError, match="prior"):
            probability_above(1, 10, 0.1, prior=(0, 1))


class TestWarmupLimit:
    def test_the_documented_curve(self):
        curve = [warmup_limit(day) for day in (0, 1, 2, 7, 14, 18, 19, 60)]
        assert curve == [50, 75, 112, 854, 14596, 73894, 100000, 100000]

    @given(
        day=st.integers(0, 400),
        start=st.integers(1, 1000),
        growth=st.floats(1.01, 5),
        target=st.integers(1, 10**7),
    )
    def test_never_falls_and_never_passes_the_target(self, day, start, growth, target):
        today = warmup_limit(day, start=start, growth=growth, target=target)
        tomorrow = warmup_limit(day + 1, start=start, growth=growth, target=target)
        assert 1 <= today <= tomorrow <= target

    @pytest.mark.parametrize(
        "values", [{"start": 0}, {"target": 0}, {"growth": 1}, {"growth": float("nan")}]
    )
    def test_bad_input(self, values):
        with pytest.raises(ValueError, match="must"):
            warmup_limit(1, **values)

    def test_bad_day(self):
        with pytest.raises(ValueError, match="day"):
            warmup_limit(-1)


class TestReputationScore:
    def test_a_clean_sender_approaches_the_top(self):
        assert reputation_score(10_000_000) == pytest.approx(100, abs=0.01)

    def test_weights_add_up(self):
        assert sum(weight for weight, _worst, _typical in REPUTATION.values()) == 100

    def test_googles_ceiling_costs_half(self):
        score = reputation_score(10_000_000, complaints=30_000)
        assert score == pytest.approx(50, abs=0.1)

    def test_everything_wrong_is_zero(self):
        number = 100_000
        assert reputation_score(
            number, complaints=number, bounces=number, doubts=number
        ) == pytest.approx(0)

    def test_one_complaint_of_few_says_little(self):
        assert reputation_score(20, complaints=1) > 70

    @given(counts=COUNTS, name=st.sampled_from(sorted(REPUTATION)))
    def test_worse_is_never_better(self, counts, name):
        events, sent = counts
        better = reputation_score(sent)
        assert 0 <= reputation_score(sent, **{name: events}) <= better <= 100

    @pytest.mark.parametrize("count", [-1, 11, 1.5])
    def test_bad_input(self, count):
        with pytest.raises(ValueError, match="bounces"):
            reputation_score(10, bounces=count)


class TestHours:
    @given(counts=HISTOGRAMS, strength=st.floats(0.1, 100))
    def test_a_share_for_each_open_hour_only(self, counts, strength):
        weights = hour_weights(counts, strength=strength)
        assert weights.sum() == pytest.approx(1)
        assert (weights[6:22] > 0).all()
        assert not weights[:6].any()
        assert not weights[22:].any()

    def test_nobody_known_follows_the_common_pattern(self):
        common = hour_weights(np.arange(24))
        assert hour_weights(np.zeros(24), common=common) == pytest.approx(common)

    def test_the_formula(self):
        counts = np.zeros(24)
        counts[9], counts[3] = 6, 100  # what happened at night does not count
        common = np.zeros(24)
        common[9], common[20] = 1, 3
        weights = hour_weights(counts, common=common, strength=10)
        assert weights[9] == pytest.approx((6 + 10 * 0.25) / 16)
        assert weights[20] == pytest.approx((0 + 10 * 0.75) / 16)

    def test_rows_are_people(self):
        table = np.random.default_rng(1).integers(0, 9, (5, 24))
        together = hour_weights(table)
        for row, weights in zip(table, together, strict=True):
            assert weights == pytest.approx(hour_weights(row))

    def test_draws_follow_the_weights(self):
        weights = hour_weights(np.arange(24), strength=1)
        uniforms = (np.arange(10_000) + 0.5) / 10_000
        hours = draw_hours(weights, uniforms)
        shares = np.bincount(hours, minlength=24) / 10_000
        assert shares == pytest.approx(weights, abs=2e-4)

    @given(counts=HISTOGRAMS, uniform=st.floats(0, 1, exclude_max=True))
    def test_an_open_hour_always(self, counts, uniform):
        (hour,) = draw_hours(hour_weights(counts), [uniform])
        assert 6 <= hour < 22

    def test_one_row_a_person(self):
        weights = np.zeros((2, 24))
        weights[0, 8] = weights[1, 20] = 1
        assert draw_hours(weights, [0.3, 0.3]).tolist() == [8, 20]

    @pytest.mark.parametrize("counts", [[1] * 23, [-1] * 24, [float("nan")] * 24])
    def test_bad_counts(self, counts):
        with pytest.raises(ValueError, match="counts"):
            hour_weights(counts)

    @pytest.mark.parametrize("hours", [(6, 6), (-1, 5), (6, 25)])
    def test_bad_hours(self, hours):
        with pytest.raises(ValueError, match="hours"):
            hour_weights([1] * 24, first=hours[0], last=hours[1])

    def test_bad_draws(self):
        with pytest.raises(ValueError, match="uniforms"):
            draw_hours([1 / 24] * 24, [1.0])
        with pytest.raises(ValueError, match="weights"):
            draw_hours(np.full((3, 24), 1 / 24), [0.1, 0.2])
        with pytest.raises(ValueError, match="common"):
            hour_weights([1] * 24, common=[0] * 24)
