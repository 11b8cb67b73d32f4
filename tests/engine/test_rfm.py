"""RFM scores against a naive oracle, and the partition into ten segments."""

from dataclasses import FrozenInstanceError
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from online_retail import read_purchases
from oracles import percent_rank_score

from marketing_engine import rfm

SCORES = range(1, 6)
# Few distinct values, so that ties are the rule as they are among real customers.
CUSTOMERS = st.lists(
    st.tuples(st.integers(0, 40), st.integers(1, 5), st.integers(-3, 30)),
    max_size=60,
)


def score(customers, **options):
    columns = np.array(customers, dtype=float).reshape(-1, 3).T
    return rfm.score_rfm(*columns, **options)


class TestScores:
    @given(customers=CUSTOMERS, bins=st.integers(2, 9))
    def test_equals_the_naive_percent_rank(self, customers, bins):
        scores = score(customers, bins=bins)
        days, orders, revenue = zip(*customers, strict=True) if customers else ((),) * 3
        negated = [-day for day in days]
        assert scores.recency.tolist() == percent_rank_score(negated, bins)
        assert scores.frequency.tolist() == percent_rank_score(orders, bins)
        assert scores.monetary.tolist() == percent_rank_score(revenue, bins)

    @given(customers=CUSTOMERS)
    def test_equal_values_share_a_score(self, customers):
        scores = score(customers)
        for column, given_scores in zip(
            np.array(customers).reshape(-1, 3).T,
            (scores.recency, scores.frequency, scores.monetary),
            strict=True,
        ):
            pairs = set(zip(column.tolist(), given_scores.tolist(), strict=True))
            assert len(pairs) == len(set(column.tolist()))

    @given(customers=CUSTOMERS, random=st.randoms(use_true_random=False))
    def test_the_order_of_the_rows_does_not_matter(self, customers, random):
        order = list(range(len(customers)))
        random.shuffle(order)
        shuffled = score([customers[row] for row in order])
        assert shuffled.codes.tolist() == score(customers).codes[order].tolist()

    @given(customers=CUSTOMERS, power=st.integers(-20, 20))
    def test_the_unit_does_not_matter(self, customers, power):
        scaled = [[value * 2.0**power for value in row] for row in customers]
        assert score(scaled).codes.tolist() == score(customers).codes.tolist()

    def test_real_customers_with_ties(self):
        """Online Retail: most share their days or their orders with somebody."""
        purchases = read_purchases()
        last = max(day for lines in purchases.values() for _no, day, _sum in lines)
        customers = [
            (
                (last - max(day for _no, day, _sum in lines)).days,
                len({invoice for invoice, _day, _sum in lines}),
                round(sum(amount for _no, _day, amount in lines), 2),
            )
            for lines in purchases.values()
        ]
        assert 3_800 < len(customers) <= 4_338  # as many as the whole file has
        columns = np.array(customers).T
        assert max(len(set(column)) for column in columns[:2]) < 400, "ties"
        scores = score(customers)
        order = np.random.default_rng(3).permutation(len(customers))
        again = score([customers[row] for row in order])
        assert again.codes.tolist() == scores.codes[order].tolist()
        found = (scores.recency, scores.frequency, scores.monetary)
        for column, given_scores in zip(columns, found, strict=True):
            pairs = set(zip(column.tolist(), given_scores.tolist(), strict=True))
            assert len(pairs) == len(set(column.tolist())), "equal values share a score"
        assert set(scores.monetary.tolist()) == set(SCORES)

    def test_latest_most_frequent_and_richest_score_highest(self):
        scores = rfm.score_rfm([1, 2, 3, 4, 5], [9, 7, 5, 3, 1], [50, 40, 30, 20, 10])
        assert scores.codes.tolist() == ["555", "444", "333", "222", "111"]

    def test_each_fifth_of_distinct_values_gets_its_score(self):
        values = np.arange(1000)
        scores = rfm.score_rfm(values, values, values)
        assert np.bincount(scores.frequency)[1:].tolist() == [200] * 5
        assert scores.recency.tolist() == scores.frequency[::-1].tolist()

    def test_one_order_for_most_means_score_one_for_all_of_them(self):
        orders = [1] * 60 + [2] * 30 + [3] * 10
        scores = rfm.score_rfm(range(100), orders, range(100))
        # 60 of 99 below "2 orders": 0.606; 90 of 99 below "3 orders": 0.909.
        assert scores.frequency.tolist() == [1] * 60 + [4] * 30 + [5] * 10

    @pytest.mark.parametrize("customers", [1, 7])
    def test_nothing_to_rank_scores_one(self, customers):
        scores = rfm.score_rfm(*[[3.0] * customers] * 3)
        assert scores.codes.tolist() == ["111"] * customers
        assert scores.segments.tolist() == ["hibernating"] * customers

    def test_nobody(self):
        scores = rfm.score_rfm([], [], [])
        assert scores.codes.shape == scores.segments.shape == (0,)

    def test_negative_zero_ties_with_zero(self):
        scores = rfm.score_rfm([0.0, -0.0], [1, 1], [0.0, -0.0])
        assert scores.codes.tolist() == ["111", "111"]

    def test_result_cannot_be_changed(self):
        scores = rfm.score_rfm([1, 2], [1, 2], [1, 2])
        with pytest.raises(FrozenInstanceError):
            scores.bins = 3
        with pytest.raises(ValueError, match="read-only"):
            scores.recency[0] = 5

    def test_input_is_left_alone(self):
        days = np.array([3.0, 1.0])
        rfm.score_rfm(days, days, days)
        assert days.tolist() == [3.0, 1.0]


class TestErrors:
    @pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, None])
    def test_not_finite(self, value):
        with pytest.raises(ValueError, match="monetary must be finite.* at row 1"):
            rfm.score_rfm([1, 2], [1, 1], [5, value])

    def test_text(self):
        with pytest.raises(ValueError, match="frequency must hold numbers only"):
            rfm.score_rfm([1], ["many"], [1])

    def test_two_dimensions(self):
        with pytest.raises(ValueError, match="recency_days must be one-dimensional"):
            rfm.score_rfm([[1]], [1], [1])

    def test_lengths(self):
        with pytest.raises(ValueError, match="differ in length.*'frequency': 2"):
            rfm.score_rfm([1], [1, 2], [1])

    @pytest.mark.parametrize("bins", [0, 1, 10, 2.5, None, "5"])
    def test_bins(self, bins):
        with pytest.raises(ValueError, match="bins must be a whole number from 2 to 9"):
            rfm.score_rfm([1], [1], [1], bins=bins)

    def test_segments_need_five_bins(self):
        scores = rfm.score_rfm([1, 2], [1, 2], [1, 2], bins=4)
        with pytest.raises(ValueError, match="defined for 5 bins, not for 4"):
            _ = scores.segments

    @pytest.mark.parametrize("wrong", [0, 6, 2.5, np.nan])
    def test_scores_out_of_range(self, wrong):
        with pytest.raises(ValueError, match="frequency"):
            rfm.segment_key(1, wrong, 1)

    def test_score_columns_of_different_length(self):
        with pytest.raises(ValueError, match="differ in length"):
            rfm.segment_keys([1, 2], [1], [1])


class TestSegments:
    def test_ten_with_binding_keys(self):
        assert list(rfm.SEGMENTS) == [
            "champions",
            "loyal",
            "potential_loyalist",
            "new",
            "promising",
            "need_attention",
            "about_to_sleep",
            "at_risk",
            "cannot_lose",
            "hibernating",
        ]
        assert all(key == segment.key for key, segment in rfm.SEGMENTS.items())

    @pytest.mark.parametrize("cell", list(product(SCORES, repeat=3)))
    def test_each_cell_lies_in_exactly_one_box(self, cell):
        boxes = [
            segment.key
            for segment in rfm.SEGMENTS.values()
            for box in segment.boxes
            if box.contains(*cell)
        ]
        assert boxes == [rfm.segment_key(*cell)]
        assert rfm.SEGMENTS[boxes[0]].contains(*cell)

    def test_arrays_equal_single_customers(self):
        cells = np.array(list(product(SCORES, repeat=3)))
        keys = rfm.segment_keys(*cells.T)
        assert keys.tolist() == [rfm.segment_key(*cell) for cell in cells.tolist()]

    def test_champions_are_the_best_fifth_by_recency_and_often_and_rich(self):
        # The ranges of the specification's own example.
        cells = {
            cell
            for cell in product(SCORES, repeat=3)
            if rfm.segment_key(*cell) == "champions"
        }
        assert cells == set(product([5], [4, 5], [4, 5]))

    @pytest.mark.parametrize(
        ("cell", "key"),
        [
            ((5, 5, 5), "champions"),
            ((4, 5, 5), "loyal"),
            ((4, 2, 3), "potential_loyalist"),
            ((5, 1, 1), "new"),
            ((4, 1, 5), "promising"),
            ((3, 3, 3), "need_attention"),
            ((2, 1, 2), "about_to_sleep"),
            ((2, 3, 4), "at_risk"),
            ((1, 5, 5), "cannot_lose"),
            ((1, 1, 1), "hibernating"),
        ],
    )
    def test_a_typical_member_of_each(self, cell, key):
        assert rfm.segment_key(*cell) == key

    def test_the_table_cannot_be_changed(self):
        with pytest.raises(TypeError):
            rfm.SEGMENTS["champions"] = None
