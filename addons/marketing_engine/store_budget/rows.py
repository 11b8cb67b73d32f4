"""The rows and columns of the program, and its answers by HiGHS."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array, vstack

from .offers import Offers


@dataclass(frozen=True, eq=False)
class Duals:
    """The value of the program, its weights, and what the rows' limits are worth.

    ``money`` (budgets,), ``reward`` (creatives, tiers) a piece, ``toll`` (stores,
    creatives, tiers) a store, and ``constant``, the rest of Lagrange's bound.
    """

    value: float
    weights: np.ndarray
    money: np.ndarray
    reward: np.ndarray
    toll: np.ndarray | float
    constant: float


class Program:
    """Choices of stores, shape (columns,), and the limits they share."""

    def __init__(self, offers: Offers, wave, budgets, *, forced=False):
        self.offers, self.wave, self.budgets = offers, wave, budgets
        #: Whether each print run there is has to be printed.
        self.forced = forced
        self.store = self.creative = self.tier = np.zeros(0, dtype=np.intp)
        self.pieces = self.profit = self.cost = np.zeros(0)
        steps = np.isfinite(offers.least).sum(axis=1)
        #: Creatives whose price depends on the pieces of all.
        self.stepped = (steps > 1) | (offers.least[:, 0] > 0)
        switches = np.isfinite(offers.least) & self.stepped[:, None]
        self.switch = np.full(offers.least.shape, -1)
        self.switch[switches] = np.arange(switches.sum())
        self.switches = np.argwhere(switches)

    def add(self, choice) -> int:
        """Add the choices that are not there yet; return how many."""
        store = np.flatnonzero((choice.pieces > 0) & (choice.profit > 0))
        new = (choice.creative[store], choice.tier[store], choice.pieces[store])
        columns = [np.r_[self.store, store]]
        for old, more in zip((self.creative, self.tier, self.pieces), new, strict=True):
            columns.append(np.r_[old, more])
        key = np.stack([*columns[:3], np.round(columns[3] * 100)])
        _keys, first = np.unique(key, axis=1, return_index=True)
        before, first = self.store.size, np.sort(first)
        self.store, self.creative, self.tier, self.pieces = (c[first] for c in columns)
        self.cost = self.offers.cost(*columns_of(self))
        gain = self.offers.gain(self.store, self.creative, self.pieces)
        self.profit = gain - self.cost
        return self.store.size - before

    def spent(self, weights) -> np.ndarray:
        """Return the cost that counts to each budget."""
        return self._money() @ np.r_[weights, np.zeros(len(self.switches))]

    def solve(self, limits) -> Duals:
        """Return the best weights of the columns, and the prices of the limits."""
        rows, upper, sizes = self.rows(limits)
        count = self.store.size + len(self.switches)
        if not self.store.size:
            return Duals(0.0, np.zeros(0), np.zeros(self.budgets), 0.0, 0.0, 0.0)
        aim = np.zeros(count)
        aim[: self.store.size] = -self.profit
        bounds = np.zeros((count, 2))
        bounds[:, 1] = np.where(np.arange(count) < self.store.size, np.inf, 1.0)
        bounds[self.store.size :, 0] = float(self.forced)
        done = linprog(aim, A_ub=rows, b_ub=upper, bounds=bounds, method="highs")
        if done.x is None:
            raise ValueError(f"the budgets cannot be shared out: {done.message}")
        price = np.maximum(-done.ineqlin.marginals, 0.0)
        parts = np.split(price, np.cumsum(sizes)[:-1])
        return self._duals(-done.fun, done.x[: self.store.size], limits, *parts)

    def _duals(self, value, weights, limits, stores, money, runs, uses, one):
        offers = self.offers
        reward, toll = np.zeros(offers.least.shape), 0.0
        rest = float((np.where(np.isfinite(limits), limits, 0.0) * money).sum())
        if len(self.switches):
            creative, tier = self.switches.T
            reward[creative, tier] = runs
        if self.forced:
            rest -= float(runs @ self._least())
        elif len(self.switches):
            toll = np.zeros((*offers.slope.shape, offers.least.shape[1]))
            store, group_creative, group_tier = self._groups()[0].T
            toll[store, group_creative, group_tier] = uses
            paid = toll.sum(axis=0)[creative, tier] - runs * self._least()
            best = np.zeros(offers.slope.shape[1])
            np.maximum.at(best, creative, paid)
            rest += float(best.sum())
        return Duals(value, weights, money, reward, toll, rest)

    def _least(self):
        return self.offers.least[self.switches[:, 0], self.switches[:, 1]]

    def _groups(self):
        """Return (store, creative, tier) of stepped creatives, and columns' places."""
        stepped = np.flatnonzero(self.stepped[self.creative])
        triple = np.stack(
            [self.store[stepped], self.creative[stepped], self.tier[stepped]], axis=1
        )
        groups, place = np.unique(triple, axis=0, return_inverse=True)
        return groups, stepped, place.ravel()

    def _money(self):
        """Return the rows of the budgets: all stores, then each wave."""
        width = self.store.size + len(self.switches)
        wave = self.wave[self.store]
        own = np.flatnonzero(wave >= 0)
        row = np.r_[np.zeros(self.store.size, dtype=int), 1 + wave[own]]
        column = np.r_[np.arange(self.store.size), own]
        cost = self.cost[column]
        return coo_array((cost, (row, column)), (self.budgets, width)).tocsr()

    def rows(self, limits):
        """Return the matrix, its limits, and the number of rows of each kind."""
        count, switches = self.store.size, len(self.switches)
        stores, creatives = self.offers.slope.shape
        width = count + switches
        places = np.arange(count)
        ones = sparse(np.ones(count), self.store, places, (stores, width))
        switch = count + np.arange(switches)
        one = sparse(np.ones(switches), self.switches[:, 0], switch, (creatives, width))
        runs, uses = self._run_rows(width)
        finite = np.where(np.isfinite(limits), limits, 1e15)
        closed = np.zeros(runs.shape[0] + uses.shape[0])
        upper = np.r_[np.ones(stores), finite, closed, np.ones(creatives)]
        sizes = (stores, self.budgets, runs.shape[0], uses.shape[0], creatives)
        rows = vstack([ones, self._money(), runs, uses, one]).tocsr()
        return rows, upper, sizes

    def _run_rows(self, width):
        """Return rows of the print runs' least pieces, and of who may use them."""
        count, number = self.store.size, np.arange(len(self.switches))
        groups, stepped, place = self._groups()
        own = self.switch[self.creative[stepped], self.tier[stepped]]
        runs = sparse(
            np.r_[-self.pieces[stepped], self._least()],
            np.r_[own, number],
            np.r_[stepped, count + number],
            (number.size, width),
        )
        if self.forced:
            return runs, coo_array((0, width))
        of_group = self.switch[groups[:, 1], groups[:, 2]]
        uses = sparse(
            np.r_[np.ones(stepped.size), -np.ones(len(groups))],
            np.r_[place, np.arange(len(groups))],
            np.r_[stepped, count + of_group],
            (len(groups), width),
        )
        return runs, uses


def sparse(values, row, column, shape):
    return coo_array((values, (row, column)), shape)


def columns_of(program) -> tuple:
    """Return the columns as the offers read them."""
    return program.store, program.creative, program.tier, program.pieces
