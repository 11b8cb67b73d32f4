"""Recency, frequency and monetary scores, and the ten segments named after them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

import numpy as np

from .checks import finite_column

SEGMENT_BINS = 5
MAX_BINS = 9  # one digit a score in the code


@dataclass(frozen=True)
class Box:
    """Inclusive score ranges; a customer is inside when all three scores are."""

    recency: tuple[int, int]
    frequency: tuple[int, int]
    monetary: tuple[int, int]

    def contains(self, recency: int, frequency: int, monetary: int) -> bool:
        """Return whether the three scores lie in the box."""
        return all(
            low <= score <= high
            for (low, high), score in zip(
                (self.recency, self.frequency, self.monetary),
                (recency, frequency, monetary),
                strict=True,
            )
        )


@dataclass(frozen=True)
class Segment:
    """A named part of the score cube: the union of its disjoint boxes."""

    key: str
    label: str
    boxes: tuple[Box, ...]

    def contains(self, recency: int, frequency: int, monetary: int) -> bool:
        """Return whether a customer with these scores belongs to the segment."""
        return any(box.contains(recency, frequency, monetary) for box in self.boxes)


_ALL = (1, 5)
_DEFINITIONS = (
    Segment("champions", "Champions", (Box((5, 5), (4, 5), (4, 5)),)),
    Segment(
        "loyal",
        "Loyal",
        (Box((3, 4), (4, 5), _ALL), Box((5, 5), (4, 5), (1, 3))),
    ),
    Segment("potential_loyalist", "Potential Loyalists", (Box((4, 5), (2, 3), _ALL),)),
    Segment("new", "New Customers", (Box((5, 5), (1, 1), _ALL),)),
    Segment("promising", "Promising", (Box((4, 4), (1, 1), _ALL),)),
    Segment("need_attention", "Need Attention", (Box((3, 3), (2, 3), _ALL),)),
    Segment(
        "about_to_sleep",
        "About to Sleep",
        (Box((3, 3), (1, 1), _ALL), Box((2, 2), (1, 2), (1, 3))),
    ),
    Segment(
        "at_risk",
        "At Risk",
        (
            Box((1, 2), (4, 5), (1, 3)),
            Box((1, 2), (3, 3), _ALL),
            Box((1, 2), (1, 2), (4, 5)),
        ),
    ),
    Segment("cannot_lose", "Cannot Lose", (Box((1, 2), (4, 5), (4, 5)),)),
    Segment("hibernating", "Hibernating", (Box((1, 1), (1, 2), (1, 3)),)),
)

#: Key → segment, best customers first. The boxes cover each of the 125 cells once.
SEGMENTS: Mapping[str, Segment] = MappingProxyType(
    {segment.key: segment for segment in _DEFINITIONS}
)


@dataclass(frozen=True, eq=False)
class RfmScores:
    """Scores of a set of customers, in the order of the input.

    Attributes
    ----------
    recency, frequency, monetary : numpy.ndarray of int64
        Scores from 1 (worst) to ``bins`` (best). Read-only.
    bins : int
        Number of bins the scores were cut into.
    """

    recency: np.ndarray
    frequency: np.ndarray
    monetary: np.ndarray
    bins: int = SEGMENT_BINS

    @cached_property
    def codes(self) -> np.ndarray:
        """Return the three digits of each customer, such as ``"545"``."""
        number = 100 * self.recency + 10 * self.frequency + self.monetary
        return number.astype("U3")

    @cached_property
    def segments(self) -> np.ndarray:
        """Return the segment key of each customer.

        Raises
        ------
        ValueError
            If the scores were not cut into five bins: the segments are ranges of
            scores from 1 to 5.
        """
        if self.bins != SEGMENT_BINS:
            raise ValueError(
                f"segments are defined for {SEGMENT_BINS} bins, not for {self.bins}"
            )
        return segment_keys(self.recency, self.frequency, self.monetary)


def score_rfm(recency_days, frequency, monetary, *, bins=SEGMENT_BINS) -> RfmScores:
    r"""Score customers by the rank of their recency, frequency and revenue.

    .. math:: score = \min(bins,\ 1 + \lfloor bins \cdot pr \rfloor),
              \qquad pr = \frac{\#\{j : x_j < x_i\}}{n - 1}

    ``pr`` is SQL's ``percent_rank()``, 0 for a single customer. Equal values share a
    score, which ``ntile`` does not grant: it cuts ties by row order. Recency is ranked
    by *descending* days, so that the latest buyers score highest.

    Parameters
    ----------
    recency_days : array_like of float, shape (n,)
        Days since the last order.
    frequency : array_like of float, shape (n,)
        Number of orders in the window.
    monetary : array_like of float, shape (n,)
        Revenue in the window, in one currency. Negative after refunds is fine.
    bins : int, default 5
        Number of scores, 2 to 9.

    Returns
    -------
    RfmScores
        Empty when the input is. When all values are equal, as for a single customer,
        there is nothing to rank and every score is 1.

    Raises
    ------
    ValueError
        For columns of different length, not one-dimensional, not numeric or not
        finite, and for ``bins`` out of range.

    Notes
    -----
    Sorting dominates: O(n log n). Ranks are whole numbers, so no score depends on
    rounding, on the order of the rows or on the unit of the values.

    References
    ----------
    Hughes, A. M. (1994), *Strategic Database Marketing*, for the five quintiles;
    ISO/IEC 9075-2 for ``PERCENT_RANK``.
    """
    if bins not in range(2, MAX_BINS + 1):
        raise ValueError(f"bins must be a whole number from 2 to {MAX_BINS}: {bins!r}")
    columns = {
        "recency_days": finite_column("recency_days", recency_days),
        "frequency": finite_column("frequency", frequency),
        "monetary": finite_column("monetary", monetary),
    }
    lengths = {name: column.size for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"columns differ in length: {lengths}")
    bins = int(bins)
    return RfmScores(
        recency=_score(-columns["recency_days"], bins),
        frequency=_score(columns["frequency"], bins),
        monetary=_score(columns["monetary"], bins),
        bins=bins,
    )


def segment_key(recency: int, frequency: int, monetary: int) -> str:
    """Return the key of the segment of one customer, each score from 1 to 5.

    Raises
    ------
    ValueError
        If a score is not a whole number from 1 to 5.
    """
    return str(segment_keys([recency], [frequency], [monetary])[0])


def segment_keys(recency, frequency, monetary) -> np.ndarray:
    """Return the segment key of each customer: :func:`segment_key` on arrays.

    Raises
    ------
    ValueError
        If a score is not a whole number from 1 to 5, or lengths differ.
    """
    scores = [
        _as_scores("recency", recency),
        _as_scores("frequency", frequency),
        _as_scores("monetary", monetary),
    ]
    if len({column.size for column in scores}) > 1:
        raise ValueError("score columns differ in length")
    return _KEY_OF_CELL[tuple(column - 1 for column in scores)]


def _as_scores(name: str, values) -> np.ndarray:
    column = finite_column(name, values)
    scores = column.astype(np.int64)
    if not np.all((scores == column) & (scores >= 1) & (scores <= SEGMENT_BINS)):
        raise ValueError(f"{name} scores must be whole numbers 1 to {SEGMENT_BINS}")
    return scores


def _score(values: np.ndarray, bins: int) -> np.ndarray:
    _, group, sizes = np.unique(values, return_inverse=True, return_counts=True)
    below = (np.cumsum(sizes) - sizes)[group]
    scores = 1 + np.minimum(bins - 1, bins * below // max(1, values.size - 1))
    scores.setflags(write=False)
    return scores


def _key_table() -> np.ndarray:
    width = max(map(len, SEGMENTS))
    table = np.empty((SEGMENT_BINS,) * 3, dtype=f"U{width}")
    for segment in SEGMENTS.values():
        for box in segment.boxes:
            cell = (box.recency, box.frequency, box.monetary)
            table[tuple(slice(low - 1, high) for low, high in cell)] = segment.key
    return table


_KEY_OF_CELL = _key_table()
