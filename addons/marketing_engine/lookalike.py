"""Find the profiles that are most like a given set of them."""

from typing import NamedTuple

import numpy as np
from scipy.spatial import cKDTree

from .checks import whole_number

BLOCK = 100_000
MAX_SEEDS = 5_000
CLIP = (
    5.0  # scaled values beyond count as this far, so that one outlier decides nothing
)
_NORMAL_IQR = 1.3489795003921634  # quartile distance of the standard normal


class Lookalikes(NamedTuple):
    """The nearest profiles, nearest first.

    ``index`` are rows of the profiles, ``distance`` is 0 for a twin of the seeds and 1
    for one as far from them as a typical spread in every figure, ``parts`` (n, d) is
    the share of each figure in it, each row with sum 1 (0 where the distance is 0).
    """

    index: np.ndarray
    distance: np.ndarray
    parts: np.ndarray


def robust_scale(values) -> np.ndarray:
    """Return each column minus its median, in units of its spread, cut off at ±5.

    The spread is the distance of the quartiles over 1.349, the standard deviation where
    the data are normal; where half of the values are equal it is the standard
    deviation, and a constant column becomes 0. Unknown values (NaN) become the
    median, 0.
    """
    columns = np.array(values, dtype=np.float64, ndmin=2)
    scaled = np.zeros_like(columns)
    for number in range(columns.shape[1]):
        column = columns[:, number]
        known = column[np.isfinite(column)]
        if not known.size:
            continue
        low, middle, high = np.percentile(known, [25, 50, 75])
        spread = (high - low) / _NORMAL_IQR or known.std()
        if spread > 0:
            scaled[:, number] = np.nan_to_num((column - middle) / spread, nan=0.0)
    return np.clip(scaled, -CLIP, CLIP)


def nearest(values, seeds, *, count, neighbours=3) -> Lookalikes:
    r"""Return the rows of ``values`` that are nearest to the seeds among them.

    The columns are scaled by :func:`robust_scale`. The distance of a row is the root of
    the mean of :math:`\sum_j (x_j - s_j)^2 / d` over its ``neighbours`` nearest seeds
    ``s``, with d columns that differ at all: near to several seeds, not to the middle
    of all of them, as seeds may be of several kinds. Of more than 5,000 seeds every
    k-th is used. Rows with equal distances come in the order of the rows.

    Parameters
    ----------
    values : array_like, shape (n, d)
        Figures of all profiles, NaN where unknown.
    seeds : array_like of int or bool, shape (m,) or (n,)
        Rows of the seeds; they are not among the result.
    count : int
        How many rows at most.
    neighbours : int, default 3
        To how many seeds the distance is measured.

    Raises
    ------
    ValueError
        Without a seed, without a column, or for numbers that are not above 0.
    """
    count, neighbours = _positive("count", count), _positive("neighbours", neighbours)
    scaled = robust_scale(values)
    is_seed = np.zeros(len(scaled), dtype=bool)
    is_seed[np.asarray(seeds)] = True
    if not scaled.shape[1] or not is_seed.any():
        raise ValueError("nearest needs a column and a seed")
    sample = _thin(scaled[is_seed])
    others = np.flatnonzero(~is_seed)
    tree, k = cKDTree(sample), min(neighbours, len(sample))
    distance = np.empty(len(others))
    for start in range(0, len(others), BLOCK):
        block = others[start : start + BLOCK]
        found, _rows = _query(tree, scaled[block], k)
        distance[start : start + BLOCK] = np.sqrt(np.mean(found**2, axis=1))
    chosen = np.argsort(distance, kind="stable")[:count]
    index = others[chosen]
    if not index.size:
        return Lookalikes(index, distance[chosen], np.zeros((0, scaled.shape[1])))
    _found, rows = _query(tree, scaled[index], k)
    squares = np.mean((scaled[index][:, None, :] - sample[rows]) ** 2, axis=1)
    whole = squares.sum(axis=1, keepdims=True)
    parts = np.divide(squares, whole, out=np.zeros_like(squares), where=whole > 0)
    differing = max(1, np.count_nonzero(scaled.any(axis=0)))
    return Lookalikes(index, distance[chosen] / np.sqrt(differing), parts)


def _query(tree, points, k):
    """Return distances and seeds as (n, k), for a single neighbour too."""
    distance, rows = tree.query(points, k=k)
    return distance.reshape(len(points), k), rows.reshape(len(points), k)


def _thin(seeds):
    step = -(-len(seeds) // MAX_SEEDS)
    return seeds[::step]


def _positive(name, value):
    value = whole_number(name, value)
    if value < 1:
        raise ValueError(f"{name} must be above 0: {value}")
    return value
