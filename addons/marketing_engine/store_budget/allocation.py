"""Sharing budgets out: the plan that earns most, and the profit by budget."""

from dataclasses import dataclass

import numpy as np

from .offers import Offers
from .print_runs import PrintRuns
from .solver import Allocation, Search, limit

# Choices with print runs from which on prices settle these first.
_MANY = 20_000
# Of these a curve is drawn from so many stores.
_CURVE_STORES = 120


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
    large = _is_large(offers)
    search = Search(offers, budget, wave, wave_budgets, start=not large)
    if large:
        return PrintRuns(search).plan()
    search.run()
    return search.whole()


@dataclass(frozen=True, eq=False)
class BudgetCurve:
    """What budgets bring; arrays of shape (budgets,), ``waves`` (budgets, waves).

    Attributes
    ----------
    budget, profit, cost : numpy.ndarray
    stores, pieces : numpy.ndarray
        Of the linear program: a divided store counts as what is in it.
    marginal : numpy.ndarray
        What the next unit of money would earn, less itself.
    waves : numpy.ndarray
        Cost of each wave.
    """

    budget: np.ndarray
    profit: np.ndarray
    cost: np.ndarray
    stores: np.ndarray
    pieces: np.ndarray
    marginal: np.ndarray
    waves: np.ndarray


def budget_curve(offers: Offers, budgets, *, wave=None, wave_budgets=None):
    """Return the profit of each of the total budgets, and what it is made of.

    The curve is the linear program's: it rises and bends down; with whole stores and
    pieces a plan stays within the gap below it. With many choices it is that of every
    so many of the stores, with their share of budgets and print runs.
    """
    budgets = np.asarray(budgets, dtype=np.float64)
    search = Search(offers, float(budgets.max()), wave, wave_budgets, start=False)
    share = 1.0
    if _is_large(offers):
        every = -(-offers.slope.shape[0] // _CURVE_STORES)
        search, share = search.part(every)
    search.start()
    rows = []
    for budget in budgets:
        search.limits[0] = limit(budget) * share
        search.run()
        weights, program = search.weights, search.program
        cost = program.spent(weights) / share
        figures = [search.value, weights.sum(), float(weights @ program.pieces)]
        profit, stores, pieces = np.array(figures) / share
        rows.append((profit, cost[0], stores, pieces, search.prices[0], cost[1:]))
    *columns, waves = zip(*rows, strict=True)
    columns = [np.array(column, dtype=np.float64) for column in columns]
    return BudgetCurve(budgets, *columns, np.array(waves).reshape(budgets.size, -1))


def profit_curve(offers: Offers, budgets, *, wave=None, wave_budgets=None):
    """Return the profit, and the cost of each wave, for each of the total budgets."""
    curve = budget_curve(offers, budgets, wave=wave, wave_budgets=wave_budgets)
    return curve.profit, curve.waves


def _is_large(offers) -> bool:
    tiers = offers.least.shape[1]
    return tiers > 1 and offers.slope.size * tiers > _MANY
