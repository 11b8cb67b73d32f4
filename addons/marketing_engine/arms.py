"""Experiments among stores: who is left out, and what was found.

The unit is the store: what happens in one household of it is not independent of what
happens in the next, so that ten thousand pieces of two stores are two observations.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy import special

from .checks import finite_column, whole_number
from .matching import matched_pairs

# Fewer stores do not tell how the past goes on.
_ENOUGH_TO_ADJUST = 10


@dataclass(frozen=True)
class StoreComparison:
    """What the first arm did beyond the second one.

    Attributes
    ----------
    difference, low, high : float
        Difference of the mean rates, and its interval.
    p_value : float
        Two-sided, of "no difference".
    first_rate, second_rate : float
        Mean rate of the stores of each arm.
    first, second : int
        Stores of each arm that count; of pairs only whole ones do.
    is_adjusted : bool
        Whether what the stores did before was taken into account.
    """

    difference: float
    low: float
    high: float
    p_value: float
    first_rate: float
    second_rate: float
    first: int
    second: int
    is_adjusted: bool


def hold_out(group, share, *, seed) -> tuple[np.ndarray, float]:
    """Return which units are held out, and with what probability each of them is.

    By chance, and of each group its share as nearly as whole units allow: units are
    put in order of their groups, by chance within them, and every so many is taken
    from a start by chance (systematic sampling). At least one is held out, and one not.

    Parameters
    ----------
    group : array_like, shape (n,)
        Such as the region of each store.
    share : float
        Above 0, below 1.
    seed : int
        The same seed gives the same units.
    """
    label = np.unique(np.asarray(group), return_inverse=True)[1].ravel()
    size = label.size
    if size < 2:
        raise ValueError(f"a part of {size} stores cannot be held out: two are needed")
    if not 0 < share < 1:
        raise ValueError(f"share must be between 0 and 1: {share!r}")
    count = min(max(round(share * size), 1), size - 1)
    rng = np.random.default_rng(whole_number("seed", seed))
    order = np.lexsort((rng.random(size), label))
    # the groups come in an order by chance, too: the last one is not cut each time
    turn = rng.permutation(label.max() + 1)
    order = order[np.argsort(turn[label[order]], kind="stable")]
    steps = np.floor(np.arange(size + 1) * (count / size) + rng.random())
    held = np.zeros(size, dtype=bool)
    held[order[np.diff(steps) > 0.5]] = True
    return held, count / size


def draw_pairs(features, count=None, *, group=None, seed) -> np.ndarray:
    """Return ``count`` pairs of like units, (count, 2); chance decides who comes first.

    All pairs of :func:`.matching.matched_pairs`, or so many of them by chance, so that
    they stand for all, and not only for the most usual stores.
    """
    pairs = matched_pairs(features, group=group, seed=whole_number("seed", seed))
    if count is None:
        return pairs
    count = whole_number("count", count)
    if not 1 <= count <= len(pairs):
        raise ValueError(f"count must be from 1 to the {len(pairs)} pairs: {count}")
    rng = np.random.default_rng((seed, 1))
    return pairs[np.sort(rng.permutation(len(pairs))[:count])]


def compare(
    rate, is_second, *, pair=None, before=None, confidence=0.95
) -> StoreComparison:
    """Compare the rates of stores of two arms.

    Parameters
    ----------
    rate : array_like, shape (n,)
        What each store brought, a piece or a household.
    is_second : array_like of bool, shape (n,)
    pair : array_like of int, shape (n,), optional
        The pair of each store; of a pair with one store only nothing counts.
    before : array_like, shape (n,), optional
        What the store usually does, in any unit: the part of the difference that it
        foretells is taken off (CUPED), from ten stores on.

    Raises
    ------
    ValueError
        For an arm with fewer than two stores.

    Notes
    -----
    Stores count alike, whatever their size. Pairs by Student's t of their differences,
    otherwise Welch's.
    """
    rate = finite_column("rate", rate)
    second = np.asarray(is_second, dtype=bool)
    if second.shape != rate.shape:
        raise ValueError(f"is_second has {second.size} rows, rate {rate.size}")
    kept = np.arange(rate.size) if pair is None else _whole_pairs(pair, second)
    rate, second = rate[kept], second[kept]
    if min(second.sum(), (~second).sum()) < 2:
        raise ValueError("two stores, or pairs, with a result are needed in each arm")
    level = None if before is None else _told(before, kept, second)
    clean = rate if level is None else _adjusted(rate, level, second)
    first, other = clean[~second], clean[second]
    found = _welch(first, other) if pair is None else _paired(first - other)
    return StoreComparison(
        *_interval(*found, confidence),
        first_rate=float(rate[~second].mean()),
        second_rate=float(rate[second].mean()),
        first=first.size,
        second=other.size,
        is_adjusted=level is not None,
    )


def _interval(difference, error, freedom, confidence):
    """Return the difference with Student's interval and its p-value."""
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be between 0 and 1: {confidence!r}")
    reach = float(special.stdtrit(freedom, (1 + confidence) / 2)) * error
    if error:
        p_value = float(2 * special.stdtr(freedom, -abs(difference / error)))
    else:
        p_value = float(not difference)
    return difference, difference - reach, difference + reach, p_value


def _whole_pairs(pair, second):
    """Return the rows of whole pairs: firsts in order of their pairs, then seconds."""
    pair = np.asarray(pair)
    both = np.intersect1d(pair[second], pair[~second])
    rows = np.flatnonzero(np.isin(pair, both))
    return rows[np.lexsort((pair[rows], second[rows]))]


def _told(before, kept, second):
    level = np.asarray(before, dtype=np.float64)[kept]
    if kept.size < _ENOUGH_TO_ADJUST or not np.isfinite(level).all():
        return None
    return level if _within(level, second).any() else None


def _adjusted(rate, level, second):
    """Return the rates without what the past foretells of them."""
    inner = _within(level, second)
    slope = float(_within(rate, second) @ inner / (inner @ inner))
    return rate - slope * (level - level.mean())


def _within(values, second):
    means = np.where(second, values[second].mean(), values[~second].mean())
    return values - means


def _welch(first, second):
    parts = [arm.var(ddof=1) / arm.size for arm in (first, second)]
    total = sum(parts)
    squares = sum(
        part**2 / (arm.size - 1)
        for part, arm in zip(parts, (first, second), strict=True)
    )
    freedom = total**2 / squares if squares > 0 else first.size + second.size - 2.0
    return float(first.mean() - second.mean()), math.sqrt(total), freedom


def _paired(gain):
    error = gain.std(ddof=1) / math.sqrt(gain.size)
    return float(gain.mean()), float(error), gain.size - 1.0
