"""Which print run of each creative: settled on some stores, proven on all."""

import numpy as np

from .solver import EXACT_STORES, Allocation, Search

_CLOSE, _SWITCHES = 4e-3, 3
_REWARDS = np.linspace(0.0, 1.0, 9)


class PrintRuns:
    """A search over many stores whose prices depend on the pieces of all.

    The tiers are chosen exactly for every so many of the stores, with their share of
    budgets and print runs. At these tiers all stores are a program of one price a
    creative. Its prices prove what the other tiers could add at most (Erlenkotter
    1978, for warehouses); as long as that is much, the most promising is tried.
    """

    def __init__(self, search: Search):
        self.search, self.offers = search, search.offers

    def plan(self) -> Allocation:
        """Return the best plan found, with the lowest bound."""
        steps = self._first()
        best, bound = None, np.inf
        tried = {tuple(steps)}
        for _switch in range(_SWITCHES):
            fixed = self.search.at(steps)
            proven, surplus = self._bound(fixed, steps)
            bound = min(bound, proven)
            creative, _tier, pieces = fixed._whole()
            plan = self.search.plan(creative, steps[creative], pieces, bound)
            if best is None or plan.profit > best[0].profit:
                best = (plan, steps, surplus, fixed)
            if bound - best[0].profit <= _CLOSE * abs(bound):
                break
            steps = self._next(best[1], best[2].copy(), tried)
            if steps is None:
                break
        plan, steps, _surplus, fixed = best
        self.search.prices = fixed.prices
        creative = np.maximum(plan.creative, 0)
        return self.search.plan(creative, steps[creative], plan.pieces, bound)

    def _first(self):
        """Return the tiers that are best for a part of the stores."""
        stores = self.offers.slope.shape[0]
        part = np.arange(stores)[:: -(-stores // EXACT_STORES)]
        share = part.size / stores
        small = Search(self.offers.some(part, share), None, start=False)
        small.limits, small.wave = self.search.limits * share, self.search.wave[part]
        small.program = type(self.search.program)(
            small.offers, small.wave, small.limits.size
        )
        small.start()
        small.run()
        plan = small.whole()
        used = np.maximum(plan.creative, 0)
        return small.settled(used, np.maximum(plan.tier, 0), plan.pieces)

    def _bound(self, fixed, steps):
        """Return a bound of all plans, and what each tier might add at most.

        With a price u of each store and rewards r, no plan earns more than budgets at
        their prices, plus the sum of u, plus each creative's best tier: the sum over
        stores of what it earns above u, less r times its pieces at least.
        """
        duals, offers = fixed.duals, self.offers
        load = 1 + duals.money[0] + np.r_[duals.money[1:], 0.0][self.search.wave]
        chosen = np.arange(steps.size), steps
        reward = np.full(offers.least.shape, -np.inf)
        reward[chosen] = duals.reward[:, 0] if np.ndim(duals.reward) else 0.0
        toll = duals.toll if np.ndim(duals.toll) else 0.0
        worth = fixed.offers.worth(load, np.reshape(reward[chosen], (-1, 1)), toll)[1]
        store = np.maximum(worth.max(axis=(1, 2)), 0.0)
        surplus = np.full(offers.least.shape, np.inf)
        cheapest = np.where(np.isfinite(offers.price), offers.price, 0).max(axis=(0, 2))
        for part in _REWARDS:
            trial = np.repeat((part * cheapest)[:, None], offers.least.shape[1], axis=1)
            trial[chosen] = reward[chosen]
            above = np.maximum(offers.worth(load, trial)[1] - store[:, None, None], 0)
            least = np.where(np.isfinite(offers.least), offers.least, 0.0)
            surplus = np.minimum(surplus, above.sum(axis=0) - trial * least)
        limits = self.search.limits
        money = np.where(np.isfinite(limits), limits, 0.0) @ duals.money
        more = np.maximum(surplus.max(axis=1), 0.0).sum()
        return float(money + store.sum() + more), surplus

    def _next(self, steps, surplus, tried):
        """Return the tiers with the most promising one changed; None without any."""
        surplus[np.arange(steps.size), steps] = -np.inf
        for place in np.argsort(-surplus, axis=None, kind="stable"):
            creative, tier = divmod(int(place), surplus.shape[1])
            if surplus[creative, tier] <= 0:
                return None
            changed = steps.copy()
            changed[creative] = tier
            if tuple(changed) not in tried:
                tried.add(tuple(changed))
                return changed
        return None
