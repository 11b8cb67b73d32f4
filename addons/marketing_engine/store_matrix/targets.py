"""What is asked for: stores, creatives, a period and prices, checked and numbered."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .history import History, months, places


@dataclass(frozen=True, eq=False)
class Stores:
    """The stores asked for.

    Attributes
    ----------
    label : numpy.ndarray, shape (n,)
    store, market, region, store_type : numpy.ndarray of int, shape (n,)
        Places in the history, -1 for a label that is new to it.
    households : numpy.ndarray of float64, shape (n,)
        NaN where unknown.
    """

    label: np.ndarray
    store: np.ndarray
    market: np.ndarray
    region: np.ndarray
    store_type: np.ndarray
    households: np.ndarray


def read_stores(history: History, stores) -> Stores:
    """Return stores given as labels, or with fields that say more about them.

    Raises
    ------
    ValueError
        For no store, a store twice, and households that are negative or infinite.
    """
    rows = np.atleast_1d(np.asarray(stores)).ravel()
    names = rows.dtype.names or ()
    label = _labels("store", rows)
    place = places(history.labels["store"], label)
    about = {}
    for name, of_store in history.of_store.items():
        known = np.where(place >= 0, of_store[place], -1)
        if name in names:
            known = places(history.labels[name], rows[name])
        about[name] = known
    households = np.full(label.size, np.nan)
    if "households" in names:
        households = rows["households"].astype(np.float64)
        if np.isinf(households).any() or (households < 0).any():
            raise ValueError("households must be numbers from 0 on, NaN where unknown")
    return Stores(label, place, **about, households=households)


def read_creatives(history: History, creatives) -> tuple[np.ndarray, np.ndarray]:
    """Return the labels of the creatives asked for, and their places in the history."""
    label = _labels("creative", np.atleast_1d(np.asarray(creatives)).ravel())
    return label, places(history.labels["creative"], label)


def read_period(period) -> np.ndarray:
    """Return the share of each month of the year in the period, shape (12,).

    ``period`` is a week, counted as in the history, or the first and last one.
    """
    weeks = np.atleast_1d(np.asarray(period, dtype=np.float64)).ravel()
    if not weeks.size or not np.isfinite(weeks).all():
        raise ValueError(f"period must be a week or its first and last: {period!r}")
    first, last = weeks.min(), weeks.max()
    if last - first > 200:
        raise ValueError(f"period is longer than 200 weeks: {period!r}")
    _month, season = months(np.arange(first, last + 1))
    return np.bincount(season, minlength=12) / season.size


def read_costs(costs, label, size) -> tuple[np.ndarray, np.ndarray]:
    """Return prices of a piece, shape (stores or 1, creatives, tiers), and minimums.

    ``costs`` is one price; one a creative; stores x creatives; or, a creative, breaks
    ``[(least pieces of all stores, price), …]``, also as a mapping from labels. The
    minimums have the shape (creatives, tiers), infinite where there is no such tier.

    Raises
    ------
    ValueError
        Naming the creative: a missing price, one that is not above zero, breaks that
        are not in order.
    """
    if isinstance(costs, Mapping):
        missing = [name for name in label.tolist() if name not in costs]
        if missing:
            raise ValueError(f"creative {missing[0]} has no price")
        costs = [costs[name] for name in label.tolist()]
    if not _has_breaks(costs):
        price = _prices(costs, label, size)
        return price[:, :, None], np.zeros((label.size, 1))
    if len(costs) != label.size:
        raise ValueError(f"costs are for {len(costs)} creatives, not {label.size}")
    lists = [_breaks(name, breaks) for name, breaks in zip(label, costs, strict=True)]
    tiers = max(map(len, lists))
    price = np.full((1, label.size, tiers), np.inf)
    least = np.full((label.size, tiers), np.inf)
    for number, breaks in enumerate(lists):
        least[number, : len(breaks)] = [start for start, _price in breaks]
        price[0, number, : len(breaks)] = [price for _start, price in breaks]
    return price, least


def _has_breaks(costs) -> bool:
    if isinstance(costs, (list, tuple)):
        return any(np.ndim(item) > 1 for item in costs)
    return False


def _prices(costs, label, size):
    try:
        price = np.asarray(costs, dtype=np.float64)
        price = np.broadcast_to(
            price, (size, label.size) if price.ndim > 1 else label.shape
        )
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"costs must be one price, {label.size} prices, or {size} x {label.size}"
        ) from error
    price = np.atleast_2d(price)
    bad = np.argwhere(~(np.isfinite(price) & (price > 0)))
    if bad.size:
        raise ValueError(f"creative {label[bad[0][1]]} has no price above zero")
    return price


def _breaks(name, breaks):
    pairs = [(0, breaks)] if np.ndim(breaks) == 0 else breaks
    try:
        pairs = [(float(start), float(price)) for start, price in pairs]
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"creative {name}: breaks are pairs of pieces and price"
        ) from error
    starts = [start for start, _price in pairs]
    if not pairs or starts != sorted(set(starts)) or starts[0] < 0:
        raise ValueError(f"creative {name}: breaks must rise from 0 pieces on")
    if not all(np.isfinite(price) and price > 0 for _start, price in pairs):
        raise ValueError(f"creative {name} has no price above zero")
    return pairs


def _labels(name, rows):
    label = rows[name] if rows.dtype.names else rows
    if not label.size:
        raise ValueError(f"there is no {name} to recommend for")
    known, count = np.unique(label, return_counts=True)
    if (count > 1).any():
        raise ValueError(f"{name} {known[count > 1][0]} is there twice")
    return label
