"""Eight ways in which people buy, each with its rule, its support and a score."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .pattern_rules import RULES

#: In the order of the columns of :attr:`PatternScores.scores`.
PATTERNS = (
    "HIGH_SPENDER",
    "FREQUENT_SHOPPER",
    "WEEKEND_SHOPPER",
    "CATEGORY_FOCUSED",
    "LOCATION_CLUSTERED",
    "NEW_SHOPPER",
    "INACTIVE",
    "SEASONAL_SPENDER",
)
#: Who carries several is called by the first of these.
PRIMARY_ORDER = (
    "NEW_SHOPPER",
    "INACTIVE",
    "HIGH_SPENDER",
    "FREQUENT_SHOPPER",
    "SEASONAL_SPENDER",
    "WEEKEND_SHOPPER",
    "LOCATION_CLUSTERED",
    "CATEGORY_FOCUSED",
)
#: What :func:`classify` reads, besides :data:`OPTIONAL_COLUMNS`.
COLUMNS = (
    "orders",
    "spend",
    "active_weeks",
    "weekend_orders",
    "lines",
    "top_category_share",
    "locations",
    "days_since_first",
    "days_since_last",
    "months_observed",
    "year_orders",
    "peak_month_orders",
    "peak_to_mean",
)
OPTIONAL_COLUMNS = ("p_alive", "spend_rank")


@dataclass(frozen=True)
class PatternParams:
    """Thresholds; the defaults are the specification's, with support rules added.

    Attributes
    ----------
    window_days : float
        Length of the window of the columns that are not of the year.
    min_orders : float
        Orders or lines a share must rest on: one order is always "all at weekends".
    hysteresis : float
        Part of a threshold by which somebody who carries a label may fall short of it.
    categories_on_offer, locations_on_offer : float
        Of the company: nobody is "focused" where there is no choice.
    """

    window_days: float = 90.0
    high_spender_rank: float = 0.8
    frequent_per_week: float = 2.0
    frequent_active_weeks: float = 4.0
    weekend_share: float = 0.7
    weekend_certainty: float = 0.95
    category_share: float = 0.5
    max_locations: float = 2.0
    new_days: float = 30.0
    inactive_days: float = 30.0
    seasonal_ratio: float = 3.0
    seasonal_months: float = 12.0
    min_orders: float = 4.0
    hysteresis: float = 0.05
    categories_on_offer: float = 2.0
    locations_on_offer: float = 3.0


@dataclass(frozen=True, eq=False)
class PatternScores:
    """What each customer carries, in the order of the input.

    Attributes
    ----------
    labels : numpy.ndarray of bool, shape (n, 8)
        Columns as in :data:`PATTERNS`.
    scores : numpy.ndarray of float64, shape (n, 8)
        0 to 1 where labelled, 0 elsewhere; see :func:`classify`.
    """

    labels: np.ndarray
    scores: np.ndarray

    @cached_property
    def primary(self) -> np.ndarray:
        """Return the column of each main label, -1 without any; shape (n,)."""
        ranked = np.array([PATTERNS.index(name) for name in PRIMARY_ORDER])
        carried = self.labels[:, ranked]
        return np.where(carried.any(axis=1), ranked[carried.argmax(axis=1)], -1)


def classify(
    profile_arrays: Mapping, params: PatternParams | None = None, *, previous=None
) -> PatternScores:
    """Give each customer the patterns whose rule and support hold.

    Parameters
    ----------
    profile_arrays : mapping of str to array_like of float, shape (n,)
        In the window (:attr:`PatternParams.window_days`): ``orders``, ``spend`` (one
        currency), ``active_weeks`` (weeks with an order), ``weekend_orders`` (by the
        customer's clock), ``lines``, ``top_category_share`` (of spend, 0 to 1),
        ``locations`` (stores or cities). Of all time: ``days_since_first``,
        ``days_since_last``; NaN for people who never bought. Of the last year:
        ``months_observed``, ``year_orders``, ``peak_month_orders``, ``peak_to_mean``
        (monthly spend). ``p_alive`` is optional, and so is ``spend_rank``: the percent
        rank among all buyers, for callers who classify a part of them at a time. NaN
        means unknown: no label then.
    params : PatternParams, optional
    previous : array_like of bool, shape (n, 8), optional
        Labels of the last run: they are kept until a value falls a bit (``hysteresis``)
        below its threshold, so that nobody flips to and fro.

    Returns
    -------
    PatternScores
        Scores are probabilities given the customer's own history, with flat priors:
        HIGH_SPENDER the percent rank among buyers; FREQUENT_SHOPPER that the rate is
        at least the threshold; WEEKEND_SHOPPER that the share is above 2/7;
        CATEGORY_FOCUSED that the share is at least the threshold; LOCATION_CLUSTERED
        that the next order is at a known location; NEW_SHOPPER 1; INACTIVE
        ``1 - p_alive``, or 1; SEASONAL_SPENDER one minus the bound (Bonferroni) on
        such a peak of orders in a year without seasons.

    Raises
    ------
    ValueError
        For missing or infinite columns, different lengths, or a wrong shape.
    """
    params = params or PatternParams()
    columns = _columns(profile_arrays)
    size = columns["orders"].size
    kept = _previous(previous, size)
    labels = np.zeros((size, len(PATTERNS)), dtype=bool)
    scores = np.zeros((size, len(PATTERNS)))
    with np.errstate(invalid="ignore", divide="ignore"):
        for number, rule in enumerate(RULES):
            ease = np.where(kept[:, number], 1 - params.hysteresis, 1.0)
            holds, score = rule(columns, params, ease)
            labels[:, number] = holds
            scores[:, number] = np.where(holds, np.clip(score, 0, 1), 0)
    return PatternScores(labels, scores)


def _columns(arrays) -> dict[str, np.ndarray]:
    missing = [name for name in COLUMNS if name not in arrays]
    if missing:
        raise ValueError(f"columns are missing: {', '.join(missing)}")
    columns = {}
    for name in (*COLUMNS, *OPTIONAL_COLUMNS):
        if name in arrays:
            column = np.asarray(arrays[name], dtype=np.float64)
            if column.ndim != 1 or np.isinf(column).any():
                raise ValueError(f"{name} must be one-dimensional and finite or NaN")
            columns[name] = column
    lengths = {column.size for column in columns.values()}
    if len(lengths) > 1:
        raise ValueError(f"columns differ in length: {sorted(lengths)}")
    return columns


def _previous(previous, size) -> np.ndarray:
    if previous is None:
        return np.zeros((size, len(PATTERNS)), dtype=bool)
    kept = np.asarray(previous, dtype=bool)
    if kept.shape != (size, len(PATTERNS)):
        raise ValueError(f"previous must have shape {(size, len(PATTERNS))}")
    return kept
