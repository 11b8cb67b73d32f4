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
from scipy.special import digamma, gammaln, polygamma

from ..checks import finite_column
from .bg_nbd_likelihood import in_logs
from .equal_rows import number_rows
from .summit import climb, search

_LIMIT = 12.0
# Customers that suffice to tell which start leads to the summit.
_SCOUTS = 20_000
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
    likelihood = _Likelihood(x, mean / unit)
    near, _value = search(likelihood.thinned(_SCOUTS).slope, _STARTS, _LIMIT)
    logs, value = climb(likelihood.derivatives, near, _LIMIT)
    p, q, v = np.exp(logs)
    params = GammaGammaParams(float(p), float(q), float(v * unit))
    return GammaGammaModel(
        params, float(value - mean.size * np.log(unit)), int(mean.size)
    )


class _Likelihood:
    """Log-likelihood of all customers as a function of ln(p, q, v)."""

    def __init__(self, x, mean):
        self.x, self.mean, self.total = x, mean, x * mean
        first, _row_of, counts = number_rows(x)
        self.x_values, self.x_counts = x[first], counts.astype(np.float64)
        self.constant = np.log(mean).sum()
        self.weighted = x @ np.log(self.total)

    def thinned(self, most: int) -> "_Likelihood":
        """Return the likelihood of at most ``most`` customers, evenly taken."""
        part = slice(None, None, -(-self.x.size // most))
        return _Likelihood(self.x[part], self.mean[part])

    def slope(self, logs):
        """Return the value and its gradient."""
        return self.derivatives(logs)[:2]

    def derivatives(self, logs):
        """Return the value, its gradient and the negative of its Hessian."""
        parts = (self._by_count(logs), self._by_value(logs))
        value, slope, curve = (sum(part) for part in zip(*parts, strict=True))
        slope, curve = in_logs(np.exp(logs), slope, curve)
        return value, slope, -curve

    def _by_count(self, logs):
        """Return what depends on the number of purchases, with its derivatives."""
        p, q, v = np.exp(logs)
        x, n, size = self.x_values, self.x_counts, self.x.size
        both, own, log_v = p * x + q, p * x, np.log(v)
        value = n @ (gammaln(both) - gammaln(own) - gammaln(q)) + q * size * log_v
        by_p = n @ (x * (digamma(both) - digamma(own)))
        by_q = n @ (digamma(both) - digamma(q)) + size * log_v
        bend, own_bend = polygamma(1, both), polygamma(1, own)
        by_pq = n @ (x * bend)
        curve = [
            [n @ (x * x * (bend - own_bend)), by_pq, 0.0],
            [by_pq, n @ (bend - polygamma(1, q)), size / v],
            [0.0, size / v, -q * size / v**2],
        ]
        return value, np.array([by_p, by_q, q * size / v]), np.array(curve)

    def _by_value(self, logs):
        """Return p x ln(x m) - (p x + q) ln(x m + v) - ln m, with its derivatives."""
        p, q, v = np.exp(logs)
        mix, sums = np.array([p, q]), self._sums(v)
        value = p * self.weighted - mix @ sums[0] - self.constant
        slope = [self.weighted - sums[0, 0], -sums[0, 1], -mix @ sums[1]]
        curve = np.zeros((3, 3))
        curve[:2, 2] = curve[2, :2] = -sums[1]
        curve[2, 2] = mix @ sums[2]
        return value, np.array(slope), curve

    def _sums(self, v):
        """Return sums, weighted by x and plain, of ln(x m + v), its slope and -bend."""
        with_v = self.total + v
        inverse = 1 / with_v
        columns = np.log(with_v), inverse, inverse * inverse
        return np.array([[self.x @ column, column.sum()] for column in columns])


def _columns(frequency, mean_value) -> tuple[np.ndarray, np.ndarray]:
    x = finite_column("frequency", np.atleast_1d(frequency))
    mean = finite_column("mean_value", np.atleast_1d(mean_value))
    if x.size != mean.size:
        raise ValueError(f"columns differ in length: {x.size} and {mean.size}")
    if np.any((x < 0) | (x != np.floor(x))):
        raise ValueError("frequency must hold whole numbers ≥ 0")
    return x, mean
