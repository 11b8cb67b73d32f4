"""Which printed piece to send to the households of which store, how many, and why."""

from .forecast import PARTS, Cells
from .model import StoreModel, fit
from .recommendations import STATUSES, Recommendations
from .risks import RISKS

__all__ = [
    "PARTS",
    "RISKS",
    "STATUSES",
    "Cells",
    "Recommendations",
    "StoreModel",
    "fit",
]
