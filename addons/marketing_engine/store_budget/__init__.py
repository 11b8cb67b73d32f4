"""Sharing budgets out among stores, creatives and waves."""

from .offers import Choice, Offers
from .allocation import BudgetCurve, allocate, budget_curve, profit_curve
from .even_waves import EvenWaves, even_waves
from .solver import Allocation
from .waves import balance_waves, fill_waves

__all__ = [
    "Allocation",
    "BudgetCurve",
    "Choice",
    "EvenWaves",
    "Offers",
    "allocate",
    "balance_waves",
    "budget_curve",
    "even_waves",
    "fill_waves",
    "profit_curve",
]
