"""Share budgets out among stores: a linear program whose columns are made as needed.

Column generation (Gilmore & Gomory 1961): the program over some choices of each store
has prices for the budgets and the print runs; at these prices each store's best choice
of all is known in closed form, and joins if it earns more. The prices bound what any
plan can earn (Lagrange), so that the gap of the plan is proven.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import bisect

from .whole_stores import WholeProgram

_ROUNDS, _NEAR, _NEAR_WITH_RUNS = 25, 1e-3, 3e-3
_ABOUT = (0.85, 0.95, 1.0, 1.05, 1.2)
#: Up to so many, all stores are decided together.
EXACT_STORES = 200
_SECONDS = 10.0


@dataclass(frozen=True, eq=False)
class Allocation:
    """What each store gets; arrays of shape (stores,).

    Attributes
    ----------
    creative, tier : numpy.ndarray of int
        -1 for a store that gets nothing.
    pieces : numpy.ndarray of int
    profit, cost : float
        Margin less cost, and cost, of all.
    bound : float
        No plan within the budgets earns more.
    shadow_price : numpy.ndarray, shape (budgets,)
        What one more unit of each budget would earn, less itself.
    """

    creative: np.ndarray
    tier: np.ndarray
    pieces: np.ndarray
    profit: float
    cost: float
    bound: float
    shadow_price: np.ndarray

    @property
    def gap(self) -> float:
        """Return how far the bound is above the profit, as a share of the bound."""
        return (
            max(0.0, (self.bound - self.profit) / self.bound) if self.bound > 0 else 0.0
        )


def limit(budget) -> float:
    """Return a budget as a number, infinite for None."""
    amount = np.inf if budget is None else float(budget)
    if not amount >= 0:
        raise ValueError(f"budget must be a number from 0 on: {budget!r}")
    return amount


class Search:
    """The program as it grows."""

    def __init__(self, offers, budget, wave=None, wave_budgets=None, start=True):
        self.offers = offers
        limits = [] if wave_budgets is None else list(wave_budgets)
        self.limits = np.array([limit(budget), *map(limit, limits)])
        stores = offers.slope.shape[0]
        wave = np.full(stores, -1) if wave is None else np.asarray(wave, dtype=int)
        if wave.shape != (stores,) or wave.max(initial=-1) >= len(limits):
            raise ValueError("wave must name a wave budget of each store, or -1")
        self.wave = wave
        self.program = WholeProgram(offers, wave, self.limits.size)
        self.prices, self.weights, self.value = np.zeros(self.limits.size), None, 0.0
        self.bound = np.inf
        if start:
            self.start()

    def start(self):
        """Make columns about the prices that each budget would have by itself.

        Each time as if the first tiers only existed, and their prices held for all.
        """
        stores, creatives = self.offers.slope.shape
        ratio = self.offers.slope / self.offers.price.min(axis=2)
        top = max(float(ratio.max(initial=1.0)), 1.0)
        for tier in range(self.offers.least.shape[1]):
            reward = np.full(self.offers.least.shape, -np.inf)
            reward[:, : tier + 1] = 0.0
            for number, limit in enumerate(self.limits):
                mine = (self.wave == number - 1) | (number == 0)
                load = self._load(limit, reward, mine, top)
                for near in _ABOUT:
                    load_near = np.full(stores, max(1.0, load * near))
                    choice = self.offers.best(load_near, reward, 0.0)
                    self.program.add(choice)

    def _load(self, limit, reward, mine, top) -> float:
        """Return what money must count for the stores to spend no more, by halving."""

        def over(logarithm):
            load = np.full(mine.size, np.exp(logarithm))
            choice = self.offers.best(load, reward, 0.0)
            part = (np.arange(mine.size), choice.creative, choice.tier, choice.pieces)
            return float(self.offers.cost(*part)[mine].sum()) - limit

        if over(0.0) <= 0:
            return 1.0
        return float(np.exp(bisect(over, 0.0, np.log(top) + 1e-3, xtol=2e-3)))

    def run(self):
        """Solve, add what would improve it, and solve again until nothing much does."""
        near = _NEAR_WITH_RUNS if len(self.program.switches) else _NEAR
        for _round in range(_ROUNDS):
            duals = self.program.solve(self.limits)
            self.value, self.weights = duals.value, duals.weights
            self.prices, self.duals = duals.money, duals
            load = 1 + duals.money[0] + np.r_[duals.money[1:], 0.0][self.wave]
            choice = self.offers.best(load, duals.reward, duals.toll)
            bound = duals.constant + float(np.maximum(choice.profit, 0).sum())
            self.bound = bound if _round == 0 else min(self.bound, bound)
            if self.bound - self.value <= near * max(abs(self.bound), 1e-12):
                break
            if not self.program.add(choice):
                break

    def whole(self) -> Allocation:
        """Return a plan of one creative a store and whole pieces."""
        return self.plan(*self._whole(), self.bound)

    def plan(self, creative, tier, pieces, bound) -> Allocation:
        """Return the choices with what they earn and cost."""
        used = np.flatnonzero(pieces > 0)
        part = (used, creative[used], tier[used], pieces[used])
        cost = float(self.offers.cost(*part).sum())
        gain = float(self.offers.gain(used, creative[used], pieces[used]).sum())
        return Allocation(
            np.where(pieces > 0, creative, -1),
            np.where(pieces > 0, tier, -1),
            pieces.astype(np.int64),
            gain - cost,
            cost,
            max(bound, 0.0),
            self.prices,
        )

    def _whole(self):
        everything = self.offers.slope.shape[0] <= EXACT_STORES
        creative, tier, pieces = self.program.whole(
            self.limits, self.weights, everything, _SECONDS
        )
        if self.offers.least.shape[1] == 1 or not pieces.any():
            return creative, tier, pieces
        # With the print runs settled, look again for the best amounts at their prices.
        steps = self.settled(creative, tier, pieces)
        again, more = self.at(steps)._whole()[::2]
        return min(
            ((creative, tier, pieces), (again, steps[again], more)),
            key=lambda plan: -self._profit(*plan),
        )

    def part(self, every):
        """Return the search of every so many stores, and what share they are."""
        rows = np.arange(self.wave.size)[::every]
        share = rows.size / self.wave.size
        part = Search(self.offers.some(rows, share), None, start=False)
        part.limits, part.wave = self.limits * share, self.wave[rows]
        part.program = WholeProgram(part.offers, part.wave, part.limits.size)
        return part, share

    def at(self, steps) -> "Search":
        """Return the search with one tier a creative, done."""
        fixed = Search(self.offers.at(steps), None, start=False)
        fixed.limits, fixed.wave = self.limits, self.wave
        fixed.program = WholeProgram(fixed.offers, self.wave, self.limits.size)
        fixed.start()
        fixed.run()
        return fixed

    def settled(self, creative, tier, pieces):
        """Return the tier of each creative: the one used, or what its pieces reach."""
        steps = np.zeros(self.offers.slope.shape[1], dtype=np.intp)
        used = pieces > 0
        steps[creative[used]] = tier[used]
        total = np.bincount(creative, weights=pieces, minlength=steps.size)
        reached = (self.offers.least <= total[:, None]).sum(axis=1) - 1
        return np.maximum(steps, reached)

    def _profit(self, creative, tier, pieces):
        used = np.flatnonzero(pieces > 0)
        part = (used, creative[used], tier[used], pieces[used])
        gain = self.offers.gain(used, creative[used], pieces[used])
        return float((gain - self.offers.cost(*part)).sum())
