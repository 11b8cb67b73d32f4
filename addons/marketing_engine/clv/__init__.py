"""Customer lifetime value of people who may leave without saying so.

Purchases by BG/NBD, money by Gamma-Gamma; both fitted by maximum likelihood.
"""

from .bg_nbd import BgNbdModel, BgNbdParams
from .bg_nbd_fit import fit_bg_nbd
from .forecast import ValueForecast, forecast_value
from .gamma_gamma import GammaGammaModel, GammaGammaParams, fit_gamma_gamma
from .interval import value_interval
from .value import discounted_value

__all__ = [
    "BgNbdModel",
    "BgNbdParams",
    "GammaGammaModel",
    "GammaGammaParams",
    "ValueForecast",
    "discounted_value",
    "fit_bg_nbd",
    "fit_gamma_gamma",
    "forecast_value",
    "value_interval",
]
