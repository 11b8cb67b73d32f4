r"""Between which two amounts a customer's spending will lie: computed, not drawn.

Who is active buys n times with a probability that purchases and age decide, and n
purchases come to S, of which S / (S + V) is a beta variable of shapes p·n and
p·(x + 1) + q, where V = v + (x + 1) times the mean value so far. So S / V has one
distribution for all customers with equally many purchases and of one age, and P(active)
says which of its quantiles is wanted.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import betainc, expit, gammaln

from ..checks import finite_column
from .bg_nbd import BgNbdModel, checked_horizon
from .equal_rows import number_rows
from .gamma_gamma import GammaGammaModel
from .histories import Histories

# Of ln(n) for n purchases of the usual value: where the distribution is computed, more
# densely from a fraction of one purchase to many; straight lines lead on.
_FEW, _EDGE, _FINE = -3.0, 16.0, 240
# Past purchases: up to so many each has distributions of its own, above it those within
# some percent share them, brought to the own mean.
_OWN, _NEAR = 20, 0.05
# Ages are told apart to this share of alpha + age.
_AGE = 1 / 100
# Purchases to come: from here on neighbours count as one.
_EDGES = np.unique(
    np.concatenate([np.arange(1, 25), np.rint(24 * 1.08 ** np.arange(110))])
)
# More purchases than these move no quantile.
_UNLIKELY = 1e-4


def value_interval(
    purchases: BgNbdModel,
    money: GammaGammaModel,
    t,
    frequency,
    recency,
    age,
    mean_value,
    *,
    level=0.8,
) -> tuple[np.ndarray, np.ndarray]:
    """Return two columns that enclose what each customer will spend in the next ``t``.

    So often as ``level`` says: quantiles of the purchases and baskets of this very
    customer, right to two percent. Not of the mean of customers like this one, which
    is surer.

    Parameters
    ----------
    frequency, recency, age, mean_value : array_like, shape (n,)
        As :func:`forecast_value` takes them.
    """
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1: {level!r}")
    rows = Histories.checked(frequency, recency, age)
    mean = finite_column("mean_value", np.atleast_1d(mean_value))
    law = _Law(purchases, money, checked_horizon(t))
    tails = (1 + level) / 2, (1 - level) / 2
    with np.errstate(divide="ignore"):
        wanted = 1 - np.outer(tails, 1 / purchases.p_alive(frequency, recency, age))
    scale = money.params.v + (rows.frequency + 1) * mean
    low, high = law.ratios(rows, np.maximum(wanted, 0.0)) * scale
    return low, high


@dataclass(frozen=True)
class _Law:
    """What active customers spend within ``t``, as S / V."""

    purchases: BgNbdModel
    money: GammaGammaModel
    t: float

    def ratios(self, rows, wanted) -> np.ndarray:
        """Return the quantiles ``wanted``, shape (k, n), of each customer's S / V."""
        if not rows.frequency.size:
            return np.zeros(wanted.shape)
        r, alpha = self.purchases.params[:2]
        x = _neighbour(rows.frequency)
        # at the neighbour's age the rate of purchases is the customer's own
        log_age = np.log((alpha + rows.age) * (r + x) / (r + rows.frequency))
        code = np.rint(log_age / _AGE)
        first, pair_of, _counts = number_rows(x, code - code.min())
        order = np.argsort(pair_of, kind="stable")
        found = np.zeros(wanted.shape)
        for pairs in _tables(x[first], np.floor(code[first] * _AGE)):
            table = self._table(x[first[pairs[0]]], code[first[pairs]])
            ends = np.searchsorted(pair_of, [pairs[0], pairs[-1] + 1], sorter=order)
            part = order[slice(*ends)]
            row_of = pair_of[part] - pairs[0]
            found[:, part] = _look_up(*table, row_of, wanted[:, part])
        return found * self._weight(x) / self._weight(rows.frequency)

    def _table(self, x, code):
        """Return a grid of ln(S / V), P(nothing spent), and P(S / V ≤ grid).

        The last two have a row for each age. None of them hangs on the other ages.
        """
        youngest = np.exp(np.floor(code[0] * _AGE))
        chance = self._at_least(x, youngest, _EDGES)
        edges = _EDGES[: 1 + np.count_nonzero(chance[1:] > _UNLIKELY)]
        chance = self._at_least(x, np.exp(code * _AGE)[:, None], edges)
        share = -np.diff(chance, append=0.0)
        middle = edges + (np.diff(edges, append=edges[-1] + 1) - 1) / 2
        p, weight = self.money.params.p, self._weight(x)
        grid = _grid(np.log(edges[-1])) + np.log(p / weight)
        spent = betainc(p * middle[:, None], weight, expit(grid))
        nothing = 1 - chance[:, :1]
        return grid, nothing, nothing + share @ spent

    def _at_least(self, x, ages, count):
        """Return P(at least ``count`` purchases) of who is active."""
        r, _alpha, a, b = self.purchases.params
        bought = betainc(count, r + x, self.t / (ages + self.t))
        if self.purchases.never_leaves:
            return bought
        stays = gammaln(b + x + count - 1) - gammaln(b + x)
        stays -= gammaln(a + b + x + count - 1) - gammaln(a + b + x)
        return bought * np.exp(stays)

    def _weight(self, x):
        p, q, _v = self.money.params
        return p * (x + 1) + q


def _neighbour(x):
    """Return the purchases that customers with ``x`` of them are treated as."""
    steps = np.rint(np.log(np.maximum(x, _OWN) / _OWN) / _NEAR)
    return np.where(x <= _OWN, x, _OWN * np.exp(steps * _NEAR))


def _tables(x, piece):
    """Return the numbers of rows that have one table: equal ones are neighbours."""
    ends = np.flatnonzero((np.diff(x) != 0) | (np.diff(piece) != 0)) + 1
    return np.split(np.arange(x.size), ends)


def _grid(most):
    fine = np.linspace(_FEW, most + 2, _FINE)
    sides = np.linspace(_FEW - _EDGE, _FEW, 40, False), np.linspace(most + 2, _EDGE, 40)
    return np.concatenate([sides[0], fine, sides[1][1:]])


def _look_up(grid, nothing, chances, row_of, wanted):
    """Return S / V at which the row's distribution reaches the ``wanted`` chances."""
    # one ascending line of all rows: each begins above the end of the one before
    line = (chances + 2 * np.arange(len(chances))[:, None]).ravel()
    above = np.searchsorted(line, wanted + 2 * row_of) - grid.size * row_of
    above = np.clip(above, 1, grid.size - 1)
    upper, lower = chances[row_of, above], chances[row_of, above - 1]
    step = (wanted - lower) / np.maximum(upper - lower, 1e-300)
    place = grid[above - 1] + np.clip(step, 0, 1) * (grid[above] - grid[above - 1])
    return np.where(wanted > nothing[row_of, 0], np.exp(place), 0.0)
