"""BG/NBD: how many purchases to expect from a customer, and whether one is left.

While active a customer buys at a steady rate; after each purchase a coin is tossed
whether it was the last. Rate and coin differ between customers (gamma and beta).

References
----------
Fader, P. S., Hardie, B. G. S., Lee, K. L. (2005), "“Counting Your Customers” the Easy
Way: An Alternative to the Pareto/NBD Model", *Marketing Science* 24(2), 275-284.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from scipy.special import expit, hyp2f1

from .age_curves import price
from .histories import Histories

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(24)
# E[Y(t)] has removable singularities at a = 1, and at a + b = 1 without purchases; so
# close to them the formula is right to seven digits.
_CLOSE = 1e-6


class BgNbdParams(NamedTuple):
    """Shape of rates and drop-outs over customers.

    ``r`` and ``alpha`` (in the caller's unit of time) are shape and rate of the gamma
    of purchase rates; ``a`` and ``b`` those of the beta of drop-out probabilities.
    ``a = 0`` says that nobody ever leaves: the model is then the NBD.
    """

    r: float
    alpha: float
    a: float
    b: float


@dataclass(frozen=True)
class BgNbdModel:
    """A fitted BG/NBD.

    Times are in the unit of the columns it was fitted on, counted from a customer's
    first purchase. All methods accept scalars or arrays of shape (n,) and return
    arrays of shape (n,).

    Attributes
    ----------
    params : BgNbdParams
    log_likelihood : float
        Of all customers, at ``params``.
    customers : int
        How many it was fitted on.
    """

    params: BgNbdParams
    log_likelihood: float
    customers: int

    @cached_property
    def never_leaves(self) -> bool:
        """Return whether the data show no drop-out at all, so that this is the NBD."""
        return self.params.a == 0

    def p_alive(self, frequency, recency, age) -> np.ndarray:
        """Return the probability that each customer is still active at ``age``.

        1 without repeat purchases: the first one never ends a customer here.
        """
        return self._p_alive(Histories.checked(frequency, recency, age))

    def expected_purchases(self, t, frequency, recency, age) -> np.ndarray:
        """Return the expected number of purchases in the ``t`` after ``age``.

        Fader, Hardie & Lee (2005), equation 10.

        Raises
        ------
        ValueError
            If ``t`` is negative or not finite, or the columns are invalid.
        """
        return self._forecast(self.purchases_if_alive, t, frequency, recency, age)

    def expected_active_time(self, t, frequency, recency, age) -> np.ndarray:
        r"""Return how long within the next ``t`` each customer stays active.

        The integral of P(active at ``age + s``) over ``s`` from 0 to ``t``. Its limit
        for long ``t`` is infinite when ``a`` ≤ 1: hence the horizon.
        """
        return self._forecast(self.active_time_if_alive, t, frequency, recency, age)

    def purchase_draws(self, t, frequency, recency, age, *, draws, rng) -> np.ndarray:
        """Return simulated numbers of purchases in the next ``t``, shape (draws, n).

        From each customer's own posterior; quantiles of the draws are an interval for
        one customer, those of their sums over customers one for a segment.
        """
        rows = Histories.checked(frequency, recency, age)
        r, alpha, a, b = self.params
        size = (draws, rows.frequency.size)
        rate = rng.gamma(r + rows.frequency, size=size) / (alpha + rows.age)
        bought = rng.poisson(rate * checked_horizon(t))
        if self.never_leaves:
            return bought
        leaves = np.maximum(rng.beta(a, b + rows.frequency, size=size), 1e-12)
        last = rng.geometric(leaves)
        active = rng.random(size) < self._p_alive(rows)
        return np.where(active, np.minimum(bought, last), 0)

    def _p_alive(self, rows: Histories) -> np.ndarray:
        r, alpha, a, b = self.params
        x = rows.frequency
        if self.never_leaves:
            return np.ones_like(x)
        with np.errstate(divide="ignore", invalid="ignore"):
            log_odds_gone = (
                np.log(a)
                - np.log(b + x - 1)
                + (r + x) * (np.log(alpha + rows.age) - np.log(alpha + rows.recency))
            )
        return np.where(x > 0, expit(-log_odds_gone), 1.0)

    def _forecast(self, if_alive, t, *columns) -> np.ndarray:
        rows, horizon = Histories.checked(*columns), checked_horizon(t)
        [figure] = self.price(lambda x, age: [if_alive(horizon, x, age)], rows)
        return self._p_alive(rows) * figure

    def price(self, curves, rows: Histories) -> np.ndarray:
        """Return ``curves(frequency, age)`` of each row, shape (k, n)."""
        return price(curves, rows.frequency, rows.age, self.params.alpha)

    def purchases_if_alive(self, horizon, x, age) -> np.ndarray:
        """Return the purchases to expect of customers who are active at ``age``."""
        r, alpha, a, b = self.params
        if self.never_leaves:
            return (r + x) * horizon / (alpha + age)
        if abs(a - 1) < _CLOSE:
            a = 1 + _CLOSE
        if abs(a + b - 1) < _CLOSE:
            b = 1 - a + _CLOSE
        series = _series(r + x, a - 1, a + b + x - 1, horizon / (alpha + age))
        return (a + b + x - 1) / (a - 1) * (1 - series)

    def active_time_if_alive(self, horizon, x, age) -> np.ndarray:
        """Return how long customers who are active at ``age`` stay so."""
        r, alpha, a, b = self.params
        if self.never_leaves:
            return np.full_like(x, horizon)
        total = np.zeros_like(x)
        for node, weight in zip(_NODES, _WEIGHTS, strict=True):
            ahead = horizon * (node + 1) / 2 / (alpha + age)
            total += weight / 2 * _series(r + x, a, a + b + x, ahead)
        return horizon * total


def _series(one, other, below, ahead):
    """Return 2F1(one, other; below; -ahead) for `ahead` ≥ 0.

    By Pfaff's transformation to an argument below 1 that takes `one`, which grows with
    the purchases, to a small number: all terms have one sign or die out at once.
    scipy's own way to arguments below -1 cancels: for 100 purchases it is wrong by any
    factor, or NaN.
    """
    shrunk = hyp2f1(below - one, other, below, ahead / (1 + ahead))
    return (1 + ahead) ** -other * shrunk


def checked_horizon(t) -> float:
    """Return ``t`` as a number, finite and not negative."""
    try:
        horizon = float(t)
    except (TypeError, ValueError) as error:
        raise ValueError(f"t must be one number: {t!r}") from error
    if not (np.isfinite(horizon) and horizon >= 0):
        raise ValueError(f"t must be finite and not negative: {t!r}")
    return horizon
