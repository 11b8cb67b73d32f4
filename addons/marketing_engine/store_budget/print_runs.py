"""Which print run of each creative: chosen by the prices that bound all plans."""

import numpy as np

from .offers import Choice
from .solver import Allocation, Search
from .tier_prices import find_prices
from .whole_stores import WholeProgram

_CLOSE, _TRIES = 3e-3, 4
_ABOUT = (0.97, 1.0, 1.03)
# Shares of a run that are worth a try, and of one that is nearly printed.
_SOME = 0.02


class PrintRuns:
    """A search over many stores whose prices depend on the pieces of all.

    The prices of :mod:`.tier_prices` prove what any plan earns at most, and say how
    much of each run is printed: mostly all or nothing. These tiers are settled; at them
    all stores are a program of one price a creative, whose runs must be printed. The
    runs that are printed by halves are tried the other way round.
    """

    def __init__(self, search: Search):
        self.search, self.offers = search, search.offers
        self.prices = find_prices(self.offers, search.wave, search.limits)

    def plan(self) -> Allocation:
        """Return the best plan found, with the bound."""
        bound, best = self.prices.bound, None
        for steps in self._candidates():
            fixed = self.at(steps)
            if fixed is None:
                continue
            creative, _tier, pieces = fixed._whole()
            self.search.prices = fixed.prices
            plan = self.search.plan(creative, steps[creative], pieces, bound)
            if best is None or plan.profit > best.profit:
                best = plan
            if bound - best.profit <= _CLOSE * abs(bound):
                break
        return best

    def _candidates(self):
        """Yield the tiers of all creatives, -1 for none: the likeliest first."""
        share = np.c_[1 - self.prices.share.sum(axis=1), self.prices.share]
        order = np.argsort(-share, axis=1, kind="stable")
        rows = np.arange(share.shape[0])
        first, second = order[:, 0] - 1, order[:, 1] - 1
        yield self._open(first)
        other = share[rows, order[:, 1]]
        unsure = np.argsort(-other, kind="stable")
        tried = {tuple(self._open(first))}
        for row in unsure[other[unsure] > _SOME][:_TRIES]:
            steps = first.copy()
            steps[row] = second[row]
            steps = self._open(steps)
            if tuple(steps) not in tried:
                tried.add(tuple(steps))
                yield steps
        # what is always possible
        yield self._open(np.full(rows.size, -1))

    def _open(self, steps):
        """Return the tiers with the first one where none is printed, if it is free."""
        return np.where((steps < 0) & (self.offers.least[:, 0] <= 0), 0, steps)

    def at(self, steps) -> Search | None:
        """Return the search with these tiers printed, done; None where impossible."""
        offers = self.offers.at(np.maximum(steps, 0))
        offers = offers.without(steps < 0)
        fixed = Search(offers, None, start=False)
        fixed.limits, fixed.wave = self.search.limits.copy(), self.search.wave
        fixed.program = WholeProgram(offers, fixed.wave, fixed.limits.size, forced=True)
        self._start(fixed, steps)
        try:
            fixed.run()
        except ValueError:
            return None
        return fixed

    def _start(self, fixed, steps):
        """Add each store's two best creatives, at prices about the ones in force."""
        money, stores = self.prices.money, np.arange(fixed.wave.size)
        load = 1 + money[0] + np.r_[money[1:], 0.0][fixed.wave]
        chosen = self.prices.reward[np.arange(steps.size), np.maximum(steps, 0)]
        reward = chosen[:, None]
        for near in _ABOUT:
            pieces, worth = fixed.offers.worth(load * near, reward)
            pieces, worth = pieces[:, :, 0], worth[:, :, 0].copy()
            for _rank in range(2):
                best = worth.argmax(axis=1)
                found = (best, np.zeros_like(best), pieces[stores, best])
                fixed.program.add(Choice(*found, worth[stores, best]))
                worth[stores, best] = -np.inf
