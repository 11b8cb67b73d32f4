"""Stores that are alike: controls, and pairs for a comparison."""

import numpy as np
from scipy.sparse import csr_array

# Not of scipy.optimize, which a web worker should not load.
from scipy.sparse.csgraph import min_weight_full_bipartite_matching
from scipy.spatial.distance import cdist

from .checks import finite_matrix, whole_number

# Scaled features: farther than any pair of stores.
_ELSEWHERE = 1e3
_CLIP, _EXCHANGES = 5.0, 30
# Pairs are looked for among so many at once.
_BLOCK = 400


def match_controls(features, treated, n, *, group=None) -> np.ndarray:
    """Return ``n`` rows that are not treated and together look like the treated ones.

    Parameters
    ----------
    features : array_like, shape (stores, k)
        What history tells: past rate, pieces, revenue …; scaled here.
    treated : array_like
        Rows that are treated, or a mask of shape (stores,).
    n : int
        Controls wanted, at least 1.
    group : array_like, shape (stores,), optional
        Such as the region: a control comes from the group of its treated store as
        long as there are any.

    Returns
    -------
    numpy.ndarray of int, shape (n,)
        Different rows, in the order of the treated ones they stand for.

    Raises
    ------
    ValueError
        For rows out of range, nobody treated, and fewer stores left than wanted.

    Notes
    -----
    Pairs with the smallest sum of distances (linear assignment). For fewer controls
    than treated stores, these are represented by every so many along their main axis,
    and controls are exchanged within their group as long as the means come nearer; for
    more, each treated store is matched several times.
    """
    values = _scaled(features)
    rows = _rows(treated, values.shape[0])
    n = whole_number("n", n)
    pool = np.setdiff1d(np.arange(values.shape[0]), rows)
    if n < 1 or n > pool.size:
        raise ValueError(f"n must be from 1 to the {pool.size} stores not treated: {n}")
    wanted = _represented(values, rows, n)
    distance = cdist(values[wanted], values[pool])
    if group is not None:
        group = _group(group, values.shape[0])
        distance += _ELSEWHERE * (group[wanted][:, None] != group[pool])
    order, chosen = _assign(distance)
    chosen = chosen[np.argsort(order)]
    if n < rows.size:
        label = np.zeros(len(values)) if group is None else group
        _balance(values[pool], label[pool], values[rows].mean(axis=0), chosen)
    return pool[chosen]


def matched_pairs(features, *, group=None, seed=0) -> np.ndarray:
    """Return pairs of like stores, shape (pairs, 2), by chance who comes first.

    For an A/B test of two creatives: the first of each pair gets A. Nearest ones first
    (greedy), within a group where there is one; a store that is left over is in none.
    """
    values = _scaled(features)
    group = np.zeros(len(values)) if group is None else _group(group, len(values))
    pairs = []
    for label in np.unique(group):
        for rows in _blocks(values, np.flatnonzero(group == label)):
            pairs += [(rows[a], rows[b]) for a, b in _nearest_pairs(values[rows])]
    pairs = np.array(pairs, dtype=np.intp).reshape(-1, 2)
    turned = np.random.default_rng(seed).random(len(pairs)) < 0.5
    return np.where(turned[:, None], pairs[:, ::-1], pairs)


def imbalance(features, first, second) -> np.ndarray:
    """Return the standardised difference of the means of each feature, shape (k,).

    Below .1 is usually called balanced (Austin 2009, *Stat. Med.* 28).
    """
    matrix = finite_matrix("features", features)
    spread = matrix.std(axis=0)
    gap = matrix[first].mean(axis=0) - matrix[second].mean(axis=0)
    return np.divide(gap, spread, out=np.zeros_like(gap), where=spread > 0)


def _scaled(features):
    """Return columns with mean 0 and deviation 1, outliers cut off at 5."""
    matrix = finite_matrix("features", features)
    spread = matrix.std(axis=0)
    scaled = (matrix - matrix.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    return np.clip(scaled, -_CLIP, _CLIP)


def _rows(treated, size):
    rows = np.asarray(treated)
    if rows.ndim != 1 or not rows.size:
        raise ValueError("treated must name at least one store")
    if rows.dtype == bool:
        if rows.size != size or not rows.any():
            raise ValueError(f"treated must mark some of the {size} stores")
        return np.flatnonzero(rows)
    if rows.size == size and size > 2 and np.isin(rows, (0, 1)).all():
        return _rows(rows.astype(bool), size)
    places = np.array([whole_number("treated", value) for value in rows.tolist()])
    if places.min() < 0 or places.max() >= size:
        raise ValueError(f"treated must hold rows from 0 to {size - 1}")
    return np.unique(places)


def _group(group, size):
    group = np.asarray(group)
    if group.shape != (size,):
        raise ValueError(f"group must have {size} rows")
    return np.unique(group, return_inverse=True)[1]


def _represented(values, rows, n):
    """Return n of the rows, evenly along their main axis; more than once if need be."""
    if n < rows.size:
        along = _along_main_axis(values, rows)
        return np.sort(along[((np.arange(n) + 0.5) * rows.size / n).astype(int)])
    return np.resize(rows, n)


def _along_main_axis(values, rows):
    """Return the rows in order of what differs most among them."""
    middle = values[rows] - values[rows].mean(axis=0)
    axis = np.linalg.svd(middle, full_matrices=False)[2][0]
    # The sign of an axis is arbitrary: its largest entry shall be positive.
    axis = axis * np.sign(axis[np.abs(axis).argmax()] or 1.0)
    return rows[np.argsort(middle @ axis, kind="stable")]


def _blocks(values, rows):
    """Return the rows in parts of like ones: all pairs of a part fit in memory."""
    if rows.size <= _BLOCK:
        return [rows]
    parts = -(-rows.size // _BLOCK)
    return np.array_split(_along_main_axis(values, rows), parts)


def _balance(values, label, middle, chosen):
    """Exchange chosen rows, in place, while their mean comes nearer to ``middle``."""
    for _exchange in range(_EXCHANGES):
        free = np.setdiff1d(np.arange(len(values)), chosen)
        if not free.size:
            return
        gap = values[chosen].mean(axis=0) - middle
        change = (values[free][None] - values[chosen][:, None]) / chosen.size
        distance = ((gap + change) ** 2).sum(axis=2)
        distance[label[chosen][:, None] != label[free]] = np.inf
        place = np.unravel_index(distance.argmin(), distance.shape)
        if not distance[place] < 0.999 * float(gap @ gap):
            return
        chosen[place[0]] = free[place[1]]


def _assign(distance):
    """Return the rows and columns of the assignment with the least sum."""
    # a distance of 0 would be no edge of the graph at all
    return min_weight_full_bipartite_matching(csr_array(distance + 1.0))


def _nearest_pairs(values):
    count = len(values)
    first, second = np.triu_indices(count, 1)
    distance = cdist(values, values)[first, second]
    free, pairs = np.ones(count, dtype=bool), []
    for place in np.argsort(distance, kind="stable"):
        a, b = first[place], second[place]
        if free[a] and free[b]:
            free[a] = free[b] = False
            pairs.append((a, b))
            if len(pairs) == count // 2:
                break
    return pairs
