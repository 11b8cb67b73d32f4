"""Sharing budgets out: the plan that earns most, and the profit by budget."""

import numpy as np

from .offers import Offers
from .print_runs import PrintRuns
from .solver import Allocation, Search, limit

# Choices with print runs from which on these are settled on a part of the stores.
_MANY = 100_000


def allocate(
    offers: Offers, budget=None, *, wave=None, wave_budgets=None
) -> Allocation:
    """Return the most profitable pieces of at most one creative a store.

    Parameters
    ----------
    offers : Offers
    budget : float, optional
        Of all, in money; None or infinite for none.
    wave : array_like of int, shape (stores,), optional
        The wave of each store, -1 for none, with ``wave_budgets`` in that order.

    Raises
    ------
    ValueError
        For budgets that are negative or no numbers.
    """
    tiers = offers.least.shape[1]
    many = tiers > 1 and offers.slope.size * tiers > _MANY
    search = Search(offers, budget, wave, wave_budgets, start=not many)
    if many:
        return PrintRuns(search).plan()
    search.run()
    return search.whole()


def profit_curve(offers: Offers, budgets, *, wave=None, wave_budgets=None):
    """Return the profit, and the cost of each wave, for each of the total budgets.

    The curve is the linear program's: it rises and bends down; with whole stores and
    pieces a plan stays within the gap below it. Shapes (budgets,) and (budgets, waves).
    """
    budgets = np.asarray(budgets, dtype=np.float64)
    search = Search(offers, float(budgets.max()), wave, wave_budgets)
    profit, cost = np.zeros(budgets.size), []
    for number, budget in enumerate(budgets):
        search.limits[0] = limit(budget)
        search.run()
        profit[number] = search.value
        cost.append(search.program.spent(search.weights)[1:])
    return profit, np.array(cost).reshape(budgets.size, -1)
