"""Rates and shares of people of whom little is known, drawn towards everybody's.

How strongly is learned from how much people differ: the variance that chance alone
would make is taken off the observed one (method of moments, empirical Bayes).
"""

import math
from dataclasses import dataclass

import numpy as np

from .checks import finite_column, finite_matrix

# Observations that everybody's pattern is worth: never nothing, never all.
_WEAKEST, _STRONGEST = 0.1, 1e6


@dataclass(frozen=True, eq=False)
class SharePrior:
    """How observations fall into categories among everybody (Dirichlet).

    Attributes
    ----------
    shares : numpy.ndarray, shape (k,)
        Everybody's shares; they sum to 1.
    strength : float
        The number of own observations at which somebody's pattern counts half.
    """

    shares: np.ndarray
    strength: float

    def posterior(self, counts) -> np.ndarray:
        """Return each row's expected shares, shape (n, k)."""
        counts = _counts(counts)
        if counts.shape[1] != self.shares.size:
            raise ValueError(
                f"counts have {counts.shape[1]} columns, the prior {self.shares.size}"
            )
        total = counts.sum(axis=1, keepdims=True) + self.strength
        return (counts + self.strength * self.shares) / total


@dataclass(frozen=True)
class RatePrior:
    """How often something happens per exposure among everybody (gamma).

    ``shape / exposure`` is the mean rate; ``exposure`` is also the own exposure at
    which somebody's rate counts half.
    """

    shape: float
    exposure: float

    @property
    def mean(self) -> float:
        """Return everybody's rate."""
        return self.shape / self.exposure

    def posterior(self, events, exposure) -> np.ndarray:
        """Return each row's expected rate, shape (n,)."""
        events, exposure = _rates(events, exposure)
        return (self.shape + events) / (self.exposure + exposure)


def fit_shares(counts) -> SharePrior:
    r"""Learn the pattern of everybody, and how much single ones differ from it.

    With :math:`n_i` observations of row i, :math:`p` the shares of all and
    :math:`Q = \sum_{ik} (x_{ik} - n_i p_k)^2 / (1 - \sum_k p_k^2)`, the strength is
    :math:`(\sum n_i^2 - Q) / (Q - \sum n_i)`: the variance of the Dirichlet-multinomial
    (Mosimann 1962) solved for it.

    Parameters
    ----------
    counts : array_like, shape (n, k)
        How often row i fell into category k, such as orders by hour of the day.

    Raises
    ------
    ValueError
        For negative counts, and when nothing at all was counted.
    """
    counts = _counts(counts)
    sizes = counts.sum(axis=1)
    if not sizes.sum():
        raise ValueError("nothing was counted: there is no pattern to learn")
    shares = counts.sum(axis=0) / sizes.sum()
    spread = 1 - float(shares @ shares)
    if spread <= 0:  # everything is in one category
        return SharePrior(shares, _STRONGEST)
    observed = float(((counts - sizes[:, None] * shares) ** 2).sum()) / spread
    whole, by_chance = float(sizes @ sizes), float(sizes.sum())
    return SharePrior(shares, _bounded(whole - observed, observed - by_chance))


def fit_rate(events, exposure) -> RatePrior:
    r"""Learn everybody's rate, and how much single ones differ from it.

    With the mean rate m, :math:`m^2 \sum e_i^2 / (\sum (x_i - e_i m)^2 - m \sum e_i)`
    is the shape: the variance of the gamma-Poisson solved for it.

    Parameters
    ----------
    events : array_like, shape (n,)
        Number of events, or a sum such as revenue, not negative.
    exposure : array_like, shape (n,)
        What the events are counted over, such as messages delivered; not negative.

    Raises
    ------
    ValueError
        For invalid columns, and when there was no event or no exposure at all.
    """
    events, exposure = _rates(events, exposure)
    if not exposure.sum() or not events.sum():
        raise ValueError("nothing happened: there is no rate to learn")
    mean = float(events.sum() / exposure.sum())
    more = float(((events - exposure * mean) ** 2).sum() - mean * exposure.sum())
    shape = _bounded(mean**2 * float(exposure @ exposure), more)
    return RatePrior(shape, shape / mean)


def _bounded(numerator: float, denominator: float) -> float:
    """Return the quotient; no more variance than chance makes means all are alike."""
    if denominator <= 0 or not math.isfinite(numerator / denominator):
        return _STRONGEST
    return float(np.clip(numerator / denominator, _WEAKEST, _STRONGEST))


def _counts(counts) -> np.ndarray:
    counts = finite_matrix("counts", counts)
    if np.any(counts < 0):
        raise ValueError("counts must not be negative")
    return counts


def _rates(events, exposure) -> tuple[np.ndarray, np.ndarray]:
    events = finite_column("events", events)
    exposure = finite_column("exposure", exposure)
    if events.size != exposure.size:
        raise ValueError(f"columns have {events.size} and {exposure.size} rows")
    if np.any(events < 0) or np.any(exposure < 0):
        raise ValueError("events and exposure must not be negative")
    return events, exposure
