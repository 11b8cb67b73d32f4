"""Gradient-boosted trees for money: fitted by LightGBM, scored by numpy alone.

LightGBM is an optional package and is imported by the fit only. What comes out is a
plain table of splits, so that whoever scores customers needs no LightGBM, and a web
worker never loads it.

References
----------
Ke, G. et al. (2017), "LightGBM", *NeurIPS*; Jørgensen, B. (1987) for Tweedie's family;
Lucchese, C. et al. (2015), "QuickScorer", *SIGIR*, for the way trees are looked up.
"""

from dataclasses import dataclass
from importlib.util import find_spec

import numpy as np

from .checks import finite_column, finite_matrix

#: Leaves of a tree at most: one bit of a byte each.
LEAVES = 8
_ALL = (1 << LEAVES) - 1
_BLOCK = 2048
# Byte -> place of its lowest bit that is set.
_LOWEST = np.zeros(1 << LEAVES, dtype=np.uint8)
for _bit in range(LEAVES):
    _LOWEST[1 << _bit :: 2 << _bit] = _bit
# The number of trees is the best for this share of the rows, which they have not seen.
_ASIDE = 0.25
_PATIENCE = 40


class NotInstalled(Exception):
    """LightGBM, or the library that it needs, cannot be loaded."""


def is_installed() -> bool:
    """Return whether LightGBM is there, without loading it."""
    return find_spec("lightgbm") is not None


@dataclass(frozen=True, eq=False)
class TreeEnsemble:
    """Trees whose leaves add up to the logarithm of a mean, or of a factor.

    Attributes
    ----------
    columns : int
        Of the matrix it was fitted on.
    splits : numpy.ndarray of float64, shape (s, 5)
        Tree, column, threshold, first leaf and end of the leaves (numbered from left to
        right) that are left out where the column is above the threshold.
    leaves : numpy.ndarray of float64, shape (trees, LEAVES)
    """

    columns: int
    splits: np.ndarray
    leaves: np.ndarray

    def predict(self, x) -> np.ndarray:
        """Return the expected value of each row, or its factor, shape (n,).

        Raises
        ------
        ValueError
            If ``x`` has another number of columns than the trees were fitted on.
        """
        matrix = finite_matrix("x", x)
        if matrix.shape[1] != self.columns:
            raise ValueError(f"x has {matrix.shape[1]} columns, not {self.columns}")
        tables = self._tables()
        total = np.empty(matrix.shape[0])
        for start in range(0, matrix.shape[0], _BLOCK):
            part = slice(start, start + _BLOCK)
            total[part] = self._add_up(matrix[part], tables)
        return np.exp(total)

    def to_plain(self) -> dict:
        """Return lists and numbers only, as JSON takes them."""
        return {
            "columns": self.columns,
            "splits": self.splits.tolist(),
            "leaves": self.leaves.tolist(),
        }

    @classmethod
    def from_plain(cls, plain) -> "TreeEnsemble":
        """Return the trees of :meth:`to_plain`."""
        splits = np.array(plain["splits"], dtype=np.float64).reshape(-1, 5)
        leaves = np.array(plain["leaves"], dtype=np.float64).reshape(-1, LEAVES)
        return cls(int(plain["columns"]), splits, leaves)

    def _tables(self):
        """Return of each column its thresholds and the leaves left beyond each.

        Row k of a table holds, tree by tree as bits, the leaves that remain for values
        above the k smallest thresholds.
        """
        tables = []
        for column in range(self.columns):
            mine = self.splits[self.splits[:, 1] == column]
            if not mine.size:
                continue
            thresholds, place = np.unique(mine[:, 2], return_inverse=True)
            left = np.full((thresholds.size + 1, self.leaves.shape[0]), _ALL, np.uint8)
            gone = (1 << mine[:, 4].astype(int)) - (1 << mine[:, 3].astype(int))
            stays = (_ALL & ~gone).astype(np.uint8)
            np.bitwise_and.at(left, (place + 1, mine[:, 0].astype(int)), stays)
            np.bitwise_and.accumulate(left, axis=0, out=left)
            tables.append((column, thresholds, left))
        return tables

    def _add_up(self, rows, tables):
        left = np.full((rows.shape[0], self.leaves.shape[0]), _ALL, np.uint8)
        for column, thresholds, table in tables:
            left &= table[np.searchsorted(thresholds, rows[:, column])]
        # of the leaves that remain the first is the one that is reached
        start = np.arange(0, self.leaves.size, LEAVES, dtype=np.int32)
        return self.leaves.ravel()[_LOWEST[left] + start].sum(axis=1)


def fit_tweedie(
    x, y, *, start=None, power=1.5, most=400, rate=0.03, seed=0
) -> TreeEnsemble:
    """Fit trees to the mean of amounts of which many are 0.

    Parameters
    ----------
    x : array_like, shape (n, k)
    y : array_like, shape (n,)
        Not negative, some above 0.
    start : array_like, shape (n,), optional
        Another forecast of ``y``, above 0: the trees then learn and predict what it is
        to be multiplied by, which needs less data.
    power : float, default 1.5
        Of Tweedie's variance: 1 counts, 2 sizes; a sum of gamma sizes lies between.
    most, rate : int and float
        Number of trees at most, and how much of each is taken. A quarter of the rows,
        kept aside, says how many are best; so many are then fitted to all rows.
    seed : int
        Of the rows and columns that each tree sees; the same seed, the same trees.

    Raises
    ------
    NotInstalled
        When LightGBM cannot be loaded; the message says why.
    ValueError
        For invalid columns, and when nothing is above 0.
    """
    matrix, amounts = finite_matrix("x", x), finite_column("y", y)
    _check(matrix, amounts, power)
    begun = None if start is None else np.log(finite_column("start", start))
    lightgbm = _load()
    settings = {
        **_SETTINGS,
        "tweedie_variance_power": power,
        "learning_rate": rate,
        "seed": int(seed) & 0x7FFFFFFF,
        "min_data_in_leaf": int(np.clip(amounts.size // 50, 10, 500)),
    }

    def table(rows):
        score = None if begun is None else begun[rows]
        return lightgbm.Dataset(matrix[rows], amounts[rows], init_score=score)

    aside = np.random.default_rng(seed).random(amounts.size) < _ASIDE
    trial = lightgbm.train(
        settings,
        table(~aside),
        num_boost_round=most,
        valid_sets=[table(aside)],
        callbacks=[lightgbm.early_stopping(_PATIENCE, verbose=False)],
    )
    number = max(trial.best_iteration, 1)
    found = lightgbm.train(settings, table(slice(None)), num_boost_round=number)
    return _read(found.dump_model(), matrix.shape[1])


def _check(matrix, amounts, power):
    if matrix.shape[0] != amounts.size:
        raise ValueError(f"x has {matrix.shape[0]} rows, y {amounts.size}")
    if np.any(amounts < 0) or not amounts.any():
        raise ValueError("y must not be negative, and some of it above 0")
    if not 1 < power < 2:
        raise ValueError(f"power must lie between 1 and 2: {power!r}")


_SETTINGS = {
    "objective": "tweedie",
    "metric": "tweedie",
    "num_leaves": LEAVES,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "feature_fraction": 0.8,
    "lambda_l2": 1.0,
    "verbosity": -1,
    "deterministic": True,
    "force_col_wise": True,
    # More would use OpenMP, which hangs in a process forked from one that has used it.
    "num_threads": 1,
}


def _load():
    try:
        import lightgbm
    except (ImportError, OSError) as error:
        # OSError: the wheel is there, the system's libgomp is not
        raise NotInstalled(str(error)) from error
    return lightgbm


def _read(dump, columns) -> TreeEnsemble:
    """Return the trees of LightGBM's own description."""
    splits: list[list[float]] = []
    leaves = np.zeros((len(dump["tree_info"]), LEAVES))
    for number, tree in enumerate(dump["tree_info"]):
        values: list[float] = []
        _walk(tree["tree_structure"], number, values, splits)
        leaves[number, : len(values)] = values
    return TreeEnsemble(columns, np.array(splits).reshape(-1, 5), leaves)


def _walk(node, tree, values, splits):
    """Append a node's leaves and splits, from left to right."""
    if "leaf_value" in node:
        values.append(node["leaf_value"])
        return
    first = len(values)
    _walk(node["left_child"], tree, values, splits)
    end = len(values)
    splits.append([tree, node["split_feature"], node["threshold"], first, end])
    _walk(node["right_child"], tree, values, splits)
