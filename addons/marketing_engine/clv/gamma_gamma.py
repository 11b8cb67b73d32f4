"""Gamma-Gamma: what a customer's purchases are worth on average.

The value of one purchase varies around the customer's own mean, the means vary between
customers, and neither has to do with how often somebody buys: a customer with few
purchases is drawn towards everybody's mean, one with many is believed.

References
----------
Fader, P. S., Hardie, B. G. S. (2013), "The Gamma-Gamma Model of Monetary Value",
http://www.brucehardie.com/notes/025/
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.special import digamma, gammaln

from ..checks import finite_column

_BOUNDS = (-12.0, 12.0)
_STARTS = ((1.5, 1.2, 0.0), (0.0, 0.7, 0.0), (3.0, 2.0, 1.0))


class GammaGammaParams(NamedTuple):
    """``p`` and ``q`` are shapes, ``v`` is in the unit of the money."""

    p: float
    q: float
    v: float


@dataclass(frozen=True)
class GammaGammaModel:
    """A fitted Gamma-Gamma.

    Attributes
    ----------
    params : GammaGammaParams
    log_likelihood : float
    customers : int
        How many it was fitted on: those with a repeat purchase.
    """

    params: GammaGammaParams
    log_likelihood: float
    customers: int

    @property
    def population_mean(self) -> float:
        """Return the mean value of a purchase of a customer nothing is known of.

        Infinite when ``q`` ≤ 1: the tail of the means is then too heavy for a mean.
        """
        p, q, v = self.params
        return p * v / (q - 1) if q > 1 else float("inf")

    def expected_value(self, frequency, mean_value) -> np.ndarray:
        """Return the mean value to expect of each customer's purchases, shape (n,).

        Parameters
        ----------
        frequency : array_like, shape (n,)
            Purchases that ``mean_value`` is the mean of.
        mean_value : array_like, shape (n,)
            Ignored where ``frequency`` is 0.
        """
        x, mean = _columns(frequency, mean_value)
        p, q, v = self.params
        known = x > 0
        weight = p * x + q - 1
        value = p * (v + x * np.where(known, mean, 0.0)) / np.where(known, weight, 1.0)
        return np.where(known, value, self.population_mean)


def fit_gamma_gamma(frequency, mean_value) -> GammaGammaModel:
    """Fit a Gamma-Gamma to customers with a repeat purchase.

    Parameters
    ----------
    frequency : array_like, shape (n,)
        Number of purchases averaged. Rows of 0 are left out.
    mean_value : array_like, shape (n,)
        Their mean value, greater than 0, in one currency.

    Raises
    ------
    ValueError
        For invalid columns, values of 0 or less, or fewer than two customers with
        different means.
    """
    x, mean = _columns(frequency, mean_value)
    x, mean = x[x > 0], mean[x > 0]
    if np.any(mean <= 0):
        raise ValueError("mean_value must be greater than 0: leave out refunded buyers")
    if mean.size < 2 or np.ptp(mean) == 0:
        raise ValueError("at least two repeat buyers with different means are needed")
    # Money of any unit and size starts alike; (x·m)^(p·x) over m has 1/money a row.
    unit = float(np.exp(np.mean(np.log(mean))))
    found = _maximise(_Likelihood(x, mean / unit))
    p, q, v = np.exp(found.x)
    params = GammaGammaParams(float(p), float(q), float(v * unit))
    return GammaGammaModel(
        params, float(-found.fun - mean.size * np.log(unit)), int(mean.size)
    )


def _maximise(function):
    from scipy.optimize import minimize

    found = [
        minimize(
            function,
            start,
            jac=True,
            method="L-BFGS-B",
            bounds=[_BOUNDS] * 3,
            options={"maxiter": 1000, "ftol": 1e-14, "gtol": 1e-8},
        )
        for start in _STARTS
    ]
    return min(found, key=lambda result: result.fun)


class _Likelihood:
    """Negative log-likelihood a customer, and its gradient in ln(p, q, v)."""

    def __init__(self, x, mean):
        self.x, self.total = x, x * mean
        self.x_values, row_of = np.unique(x, return_inverse=True)
        self.x_counts = np.bincount(row_of).astype(np.float64)
        self.log_total = np.log(self.total)
        self.constant = np.log(mean).sum()

    def __call__(self, logs):
        p, q, v = np.exp(logs)
        x, n = self.x_values, self.x_counts
        with_v = np.log(self.total + v)
        weight = p * self.x + q
        value = n @ (gammaln(p * x + q) - gammaln(p * x) - gammaln(q))
        value += q * self.x.size * np.log(v) - self.constant
        value += p * (self.x @ self.log_total) - weight @ with_v
        both = digamma(p * x + q)
        by_p = n @ (x * (both - digamma(p * x)))
        by_p += self.x @ (self.log_total - with_v)
        by_q = n @ (both - digamma(q)) + self.x.size * np.log(v) - with_v.sum()
        by_v = q * self.x.size / v - weight @ (1 / (self.total + v))
        return -value, -np.array([by_p * p, by_q * q, by_v * v])


def _columns(frequency, mean_value) -> tuple[np.ndarray, np.ndarray]:
    x = finite_column("frequency", np.atleast_1d(frequency))
    mean = finite_column("mean_value", np.atleast_1d(mean_value))
    if x.size != mean.size:
        raise ValueError(f"columns differ in length: {x.size} and {mean.size}")
    if np.any((x < 0) | (x != np.floor(x))):
        raise ValueError("frequency must hold whole numbers ≥ 0")
    return x, mean
