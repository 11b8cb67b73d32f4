"""Sharing budgets out among stores, creatives and waves."""

from .offers import Choice, Offers
from .allocation import allocate, profit_curve
from .solver import Allocation
from .waves import balance_waves, fill_waves

__all__ = [
    "Allocation",
    "Choice",
    "Offers",
    "allocate",
    "balance_waves",
    "fill_waves",
    "profit_curve",
]
