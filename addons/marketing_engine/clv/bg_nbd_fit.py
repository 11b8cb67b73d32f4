"""Maximum likelihood of the BG/NBD on counted, distinct histories."""

from dataclasses import dataclass

import numpy as np
from scipy.special import digamma, gammaln

from .bg_nbd import BgNbdModel, BgNbdParams
from .histories import Histories

# Of ln(r, alpha / mean age, a, b): wide enough for any shop, finite for the optimiser.
_BOUNDS = (-9.0, 9.0)
_STARTS = ((0.0, 0.0, 0.0, 0.0), (-1.5, -1.0, -0.5, 1.0), (0.0, 0.0, -4.0, 0.0))
# Distinct histories that suffice to tell which start leads to the summit.
_SCOUTS = 20_000
# Two more parameters must explain at least this much log-likelihood to be kept.
_WORTH_IT = 0.1


def fit_bg_nbd(frequency, recency, age) -> BgNbdModel:
    """Fit a BG/NBD.

    Parameters
    ----------
    frequency : array_like, shape (n,)
        Repeat purchases, the first one not counted; those of one day count as one.
    recency : array_like, shape (n,)
        Time from first to last purchase; 0 without repeat purchases.
    age : array_like, shape (n,)
        Time from the first purchase to the end of the observation. Days or weeks: the
        unit is the caller's, ``alpha`` comes back in it, the other parameters and all
        forecasts do not depend on it.

    Returns
    -------
    BgNbdModel
        When the likelihood rises all the way to ``a → 0`` (no sign that anybody
        leaves), the NBD with ``a = 0`` and ``b = 1`` is returned.

    Raises
    ------
    ValueError
        For invalid columns, and when nobody bought twice: nothing can be learned then.

    Notes
    -----
    Newton-like steps (L-BFGS-B) on the logarithms with exact gradients; O(d) a step
    for ``d`` distinct histories. Three starts are tried on at most 20,000 of them, the
    best end is the start for all.
    """
    histories = Histories.checked(frequency, recency, age)
    if not np.any(histories.frequency > 0):
        raise ValueError("nobody has bought twice yet: there is no rhythm to learn")
    rows, counts, _row_of = histories.distinct()
    unit = float(np.average(rows.age, weights=counts))
    scaled = Histories(rows.frequency, rows.recency / unit, rows.age / unit)
    likelihood = _Likelihood(scaled, counts)
    full, nbd = _summits(likelihood)
    best, a, b = full, *np.exp(full.x[2:])
    if nbd.fun - full.fun < _WORTH_IT:
        best, a, b = nbd, 0.0, 1.0
    r, alpha = np.exp(best.x[:2])
    # Densities of times carry 1/time: back to the caller's unit.
    change = np.log(unit) * float(counts @ rows.frequency)
    params = BgNbdParams(float(r), float(alpha * unit), float(a), float(b))
    return BgNbdModel(params, float(-best.fun - change), int(counts.sum()))


def _summits(likelihood: "_Likelihood"):
    """Return the optimiser's results for BG/NBD and NBD."""
    scouts = likelihood.thinned(_SCOUTS)
    full = _maximise(scouts.bg_nbd, _STARTS)
    nbd = _maximise(scouts.nbd, [start[:2] for start in _STARTS])
    if scouts is likelihood:
        return full, nbd
    return (
        _maximise(likelihood.bg_nbd, [full.x]),
        _maximise(likelihood.nbd, [nbd.x]),
    )


def _maximise(function, starts):
    # Not at the top: a web worker that never fits should not load the optimiser.
    from scipy.optimize import minimize

    found = [
        minimize(
            function,
            start,
            jac=True,
            method="L-BFGS-B",
            bounds=[_BOUNDS] * len(start),
            options={"maxiter": 500, "ftol": 1e-13, "gtol": 1e-7},
        )
        for start in starts
    ]
    return min(found, key=lambda result: result.fun)


@dataclass(frozen=True, eq=False)
class _Likelihood:
    """Negative log-likelihood and its gradient in the logarithms of the parameters."""

    rows: Histories
    counts: np.ndarray

    def __post_init__(self):
        values, weights = _histogram(self.rows.frequency, self.counts)
        object.__setattr__(self, "x_values", values)
        object.__setattr__(self, "x_counts", weights)

    def thinned(self, most: int) -> "_Likelihood":
        """Return the likelihood of at most ``most`` rows, evenly taken."""
        step = -(-self.counts.size // most)
        if step == 1:
            return self
        part = slice(None, None, step)
        columns = (self.rows.frequency, self.rows.recency, self.rows.age)
        return _Likelihood(Histories(*(c[part] for c in columns)), self.counts[part])

    def nbd(self, logs):
        r, alpha = np.exp(logs)
        x, n = self.rows.frequency, self.counts
        value, by_r = self._gamma_part(r, alpha)
        log_age = np.log(alpha + self.rows.age)
        value -= n @ ((r + x) * log_age)
        by_r -= n @ log_age
        by_alpha = r / alpha * n.sum() - n @ ((r + x) / (alpha + self.rows.age))
        return -value, -np.array([by_r * r, by_alpha * alpha])

    def bg_nbd(self, logs):
        r, alpha, a, b = np.exp(logs)
        x, n = self.rows.frequency, self.counts
        log_age = np.log(alpha + self.rows.age)
        log_last = np.log(alpha + self.rows.recency)
        again = x > 0
        before = np.where(again, b + x - 1, 1.0)
        stayed = -(r + x) * log_age
        left = np.where(again, np.log(a / before) - (r + x) * log_last, -np.inf)
        either = np.logaddexp(stayed, left)
        gone = np.exp(left - either)  # P(left after the last purchase | history)
        value, by_r = self._gamma_part(r, alpha)
        beta, by_a, by_b = self._beta_part(a, b)
        value += beta + n @ either
        by_r -= n @ ((1 - gone) * log_age + gone * log_last)
        rates = (1 - gone) / (alpha + self.rows.age)
        rates += gone / (alpha + self.rows.recency)
        by_alpha = r / alpha * n.sum() - n @ ((r + x) * rates)
        by_a += n @ gone / a
        by_b -= n @ (gone / before)
        slope = np.array([by_r * r, by_alpha * alpha, by_a * a, by_b * b])
        return -value, -slope

    def _gamma_part(self, r, alpha):
        x, n = self.x_values, self.x_counts
        value = n @ (gammaln(r + x) - gammaln(r) + r * np.log(alpha))
        slope = n @ (digamma(r + x) - digamma(r) + np.log(alpha))
        return value, slope

    def _beta_part(self, a, b):
        x, n = self.x_values, self.x_counts
        value = n @ (gammaln(a + b) - gammaln(a + b + x) + gammaln(b + x) - gammaln(b))
        common = digamma(a + b) - digamma(a + b + x)
        return value, n @ common, n @ (common + digamma(b + x) - digamma(b))


def _histogram(values, counts):
    distinct, row_of = np.unique(values, return_inverse=True)
    return distinct, np.bincount(row_of, weights=counts)
