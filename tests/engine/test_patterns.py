"""The eight patterns: hand-made customers, planted ones, and how labels change."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketing_engine import patterns
from marketing_engine.patterns import COLUMNS, PATTERNS, PatternParams, classify

# A customer with an ordinary quarter, whom no rule fits.
PLAIN = {
    "orders": 6,
    "spend": 100,
    "active_weeks": 5,
    "weekend_orders": 2,
    "lines": 12,
    "top_category_share": 0.3,
    "locations": 3,
    "days_since_first": 400,
    "days_since_last": 9,
    "months_observed": 12,
    "year_orders": 24,
    "peak_month_orders": 3,
    "peak_to_mean": 1.5,
}
# Ten others, so that a spend of 100 is nowhere near the top.
CROWD = [{**PLAIN, "spend": 110 + k} for k in range(10)]

HAND_MADE = [
    ({}, set(), None),
    ({"spend": 500}, {"HIGH_SPENDER"}, "HIGH_SPENDER"),
    ({"orders": 27, "active_weeks": 10}, {"FREQUENT_SHOPPER"}, "FREQUENT_SHOPPER"),
    ({"orders": 27, "active_weeks": 3}, set(), None),
    ({"weekend_orders": 6}, {"WEEKEND_SHOPPER"}, "WEEKEND_SHOPPER"),
    ({"orders": 1, "weekend_orders": 1}, set(), None),
    ({"orders": 3, "weekend_orders": 3}, set(), None),
    ({"top_category_share": 0.8}, {"CATEGORY_FOCUSED"}, "CATEGORY_FOCUSED"),
    ({"top_category_share": 1, "lines": 2}, set(), None),
    ({"locations": 2}, {"LOCATION_CLUSTERED"}, "LOCATION_CLUSTERED"),
    ({"locations": 1, "orders": 3}, set(), None),
    ({"days_since_first": 12}, {"NEW_SHOPPER"}, "NEW_SHOPPER"),
    ({"days_since_last": 31}, {"INACTIVE"}, "INACTIVE"),
    (
        {"peak_to_mean": 6, "peak_month_orders": 12},
        {"SEASONAL_SPENDER"},
        "SEASONAL_SPENDER",
    ),
    ({"peak_to_mean": 12, "year_orders": 1, "peak_month_orders": 1}, set(), None),
    (
        {"spend": 500, "days_since_last": 60, "top_category_share": 0.9},
        {"HIGH_SPENDER", "INACTIVE", "CATEGORY_FOCUSED"},
        "INACTIVE",
    ),
]


def table(*customers, **columns):
    arrays = {name: [c[name] for c in customers] for name in COLUMNS}
    return {**arrays, **columns}


def carried(result, row=0):
    return {
        name for name, held in zip(PATTERNS, result.labels[row], strict=True) if held
    }


def name_of(number):
    return None if number == -1 else PATTERNS[number]


class TestRules:
    @pytest.mark.parametrize(("change", "labels", "primary"), HAND_MADE)
    def test_hand_made_customers(self, change, labels, primary):
        result = classify(table({**PLAIN, **change}, *CROWD))
        assert carried(result) == labels
        assert name_of(result.primary[0]) == primary

    @pytest.mark.parametrize(("change", "labels", "_primary"), HAND_MADE)
    def test_scores_are_given_where_labels_are(self, change, labels, _primary):
        scores = classify(table({**PLAIN, **change}, *CROWD)).scores[0]
        assert ((scores >= 0) & (scores <= 1)).all()
        assert {PATTERNS[k] for k in np.flatnonzero(scores)} == labels

    def test_spend_is_ranked_among_buyers_only(self):
        buyers = [{**PLAIN, "spend": 10 * k} for k in range(1, 11)]
        others = [{**PLAIN, "spend": 0}] * 90
        result = classify(table(*buyers, *others))
        top = result.labels[:, 0]
        assert top[:10].tolist() == [False] * 8 + [True] * 2
        assert not top[10:].any()
        assert result.scores[9, 0] == 1

    def test_equal_spend_shares_a_label(self):
        result = classify(table(*[PLAIN] * 5))
        assert not result.labels[:, 0].any()

    def test_ranks_may_be_given_for_a_part_of_the_buyers(self):
        buyers = [{**PLAIN, "spend": spend} for spend in (1, 2, 2, 3, 4, 5, 0)]
        arrays = {**table(*buyers), "spend_rank": [0, 0.2, 0.2, 0.6, 0.8, 1, math.nan]}
        parts = [
            classify({name: column[part] for name, column in arrays.items()})
            for part in (slice(0, 3), slice(3, 7))
        ]
        whole = classify(table(*buyers))
        assert (np.vstack([part.labels for part in parts]) == whole.labels).all()
        scores = np.vstack([part.scores for part in parts])
        np.testing.assert_allclose(scores, whole.scores)

    def test_no_choice_no_focus(self):
        params = PatternParams(categories_on_offer=1, locations_on_offer=2)
        someone = {**PLAIN, "top_category_share": 1, "locations": 1}
        assert carried(classify(table(someone, *CROWD), params)) == set()

    def test_who_never_bought_carries_nothing(self):
        nobody = {name: 0 for name in COLUMNS}
        nobody |= {"days_since_first": math.nan, "days_since_last": math.nan}
        result = classify(table(nobody, *CROWD))
        assert carried(result) == set()
        assert result.primary[0] == -1

    def test_silence_counts_less_from_those_who_are_probably_alive(self):
        late = {**PLAIN, "days_since_last": 45}
        scores = classify(table(late, late, p_alive=[0.9, 0.2])).scores[:, 6]
        assert scores == pytest.approx([0.1, 0.8])

    def test_thresholds_are_parameters(self):
        someone = {**PLAIN, "days_since_last": 31}
        assert carried(classify(table(someone, *CROWD), PatternParams())) == {
            "INACTIVE"
        }
        patient = PatternParams(inactive_days=60)
        assert carried(classify(table(someone, *CROWD), patient)) == set()

    def test_a_share_must_be_certain_enough(self):
        someone = table({**PLAIN, "orders": 4, "weekend_orders": 3}, *CROWD)
        assert carried(classify(someone)) == {"WEEKEND_SHOPPER"}
        strict = PatternParams(weekend_certainty=0.99)
        assert carried(classify(someone, strict)) == set()

    def test_more_evidence_gives_a_higher_score(self):
        few = {**PLAIN, "orders": 5, "weekend_orders": 5}
        many = {**PLAIN, "orders": 15, "weekend_orders": 15}
        scores = classify(table(few, many)).scores[:, 2]
        assert 0.95 < scores[0] < scores[1] < 1


class TestInvariance:
    @given(seed=st.integers(0, 10**6), rate=st.floats(0.01, 200))
    def test_order_and_currency_do_not_matter(self, seed, rate):
        rng = np.random.default_rng(seed)
        arrays = random_customers(rng, 60)
        order = rng.permutation(60)
        moved = {name: column[order] for name, column in arrays.items()}
        moved["spend"] = moved["spend"] * rate
        one, other = classify(arrays), classify(moved)
        assert (one.labels[order] == other.labels).all()
        np.testing.assert_allclose(one.scores[order], other.scores)
        assert (one.primary[order] == other.primary).all()

    def test_nobody_at_all(self):
        empty = classify({name: [] for name in COLUMNS})
        assert empty.labels.shape == (0, 8)
        assert empty.scores.shape == (0, 8)
        assert empty.primary.shape == (0,)


def random_customers(rng, size):
    orders = rng.poisson(6, size).astype(float)
    year = orders + rng.poisson(12, size)
    return {
        "orders": orders,
        "spend": orders * rng.gamma(4, 10, size).round(2),
        "active_weeks": np.minimum(orders, 13),
        "weekend_orders": rng.binomial(orders.astype(int), 2 / 7).astype(float),
        "lines": orders * 2,
        "top_category_share": rng.beta(2, 5, size),
        "locations": rng.integers(1, 9, size).astype(float),
        "days_since_first": rng.integers(1, 900, size).astype(float),
        "days_since_last": rng.integers(0, 90, size).astype(float),
        "months_observed": np.full(size, 12.0),
        "year_orders": year,
        "peak_month_orders": np.ceil(year / 6),
        "peak_to_mean": rng.uniform(1, 4, size),
    }


class TestPlanted:
    """People who really shop at weekends, among people who do not."""

    def test_precision_and_recall(self):
        rng = np.random.default_rng(12)
        arrays = random_customers(rng, 4000)
        planted = rng.random(4000) < 0.2
        orders = arrays["orders"] = rng.poisson(9, 4000).astype(float)
        share = np.where(planted, 0.92, 2 / 7)
        arrays["weekend_orders"] = rng.binomial(orders.astype(int), share).astype(float)
        found = classify(arrays).labels[:, PATTERNS.index("WEEKEND_SHOPPER")]
        assert (found & planted).sum() / found.sum() >= 0.8
        assert (found & planted).sum() / planted.sum() >= 0.8

    def test_a_year_without_seasons_has_low_scores(self):
        rng = np.random.default_rng(13)
        months = rng.multinomial(24, [1 / 12] * 12, size=3000)
        arrays = random_customers(rng, 3000)
        arrays["year_orders"] = months.sum(axis=1).astype(float)
        arrays["peak_month_orders"] = months.max(axis=1).astype(float)
        arrays["peak_to_mean"] = months.max(axis=1) / months.mean(axis=1)
        scores = classify(arrays).scores[:, PATTERNS.index("SEASONAL_SPENDER")]
        assert (scores > 0.95).mean() < 0.05


class TestHysteresis:
    def relabel(self, change, previous):
        held = np.zeros((11, 8), dtype=bool)
        held[0] = [name in previous for name in PATTERNS]
        return carried(classify(table({**PLAIN, **change}, *CROWD), previous=held))

    @pytest.mark.parametrize(
        ("change", "name"),
        [
            ({"top_category_share": 0.48}, "CATEGORY_FOCUSED"),
            ({"orders": 25, "active_weeks": 10}, "FREQUENT_SHOPPER"),
            ({"days_since_last": 29}, "INACTIVE"),
            ({"peak_to_mean": 2.9, "peak_month_orders": 9}, "SEASONAL_SPENDER"),
        ],
    )
    def test_a_label_is_kept_just_below_its_threshold(self, change, name):
        assert self.relabel(change, {name}) == {name}
        assert self.relabel(change, set()) == set()

    def test_a_label_is_lost_well_below(self):
        assert self.relabel({"top_category_share": 0.4}, {"CATEGORY_FOCUSED"}) == set()


class TestBadInput:
    @pytest.mark.parametrize("name", COLUMNS)
    def test_a_missing_column_is_named(self, name):
        arrays = table(PLAIN)
        del arrays[name]
        with pytest.raises(ValueError, match=f"columns are missing: {name}"):
            classify(arrays)

    def test_columns_of_one_length(self):
        with pytest.raises(ValueError, match="differ in length"):
            classify(table(PLAIN, orders=[1, 2]))

    def test_numbers_are_finite(self):
        with pytest.raises(ValueError, match="spend must be"):
            classify(table(PLAIN, spend=[math.inf]))

    def test_previous_labels_fit(self):
        with pytest.raises(ValueError, match="previous must have shape"):
            classify(table(PLAIN), previous=np.zeros((2, 8)))

    def test_the_primary_order_names_each_pattern_once(self):
        assert sorted(patterns.PRIMARY_ORDER) == sorted(PATTERNS)
