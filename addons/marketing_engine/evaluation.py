"""How good a forecast was, on customers and times it was not fitted on."""

from dataclasses import dataclass

import numpy as np
from scipy.special import logit

from .calibration import Isotonic as Isotonic
from .calibration import fit_isotonic as fit_isotonic
from .checks import finite_column, forecast_and_outcome
from .churn import fit_logistic

# Chances of 0 and 1 have infinite odds; no forecast here is surer than this.
_SURE = 1e-6


@dataclass(frozen=True, eq=False)
class Reliability:
    """Forecast and outcome of equally large groups, from the lowest chance on.

    Attributes
    ----------
    forecast, outcome : numpy.ndarray of float64, shape (groups,)
        Mean chance and share of yes in each group.
    size : numpy.ndarray of int64, shape (groups,)
    """

    forecast: np.ndarray
    outcome: np.ndarray
    size: np.ndarray

    @property
    def error(self) -> float:
        """Return the expected calibration error: the mean gap, weighted by size."""
        gaps = np.abs(self.forecast - self.outcome)
        return float(np.average(gaps, weights=self.size))


def ranks(values) -> np.ndarray:
    """Return each value's rank from 1 on, equal values sharing their mean rank."""
    column = finite_column("values", values)
    _, group, sizes = np.unique(column, return_inverse=True, return_counts=True)
    return (np.cumsum(sizes) - (sizes - 1) / 2)[group]


def auc(score, label) -> float:
    """Return the chance that a random yes scores above a random no.

    Ties count half: the Mann-Whitney statistic over its maximum.
    """
    score, label = forecast_and_outcome(score, label, binary=True)
    yes = label == 1
    if yes.all() or not yes.any():
        raise ValueError("label must hold both 0 and 1")
    count = int(yes.sum())
    above = ranks(score)[yes].sum() - count * (count + 1) / 2
    return float(above / (count * (label.size - count)))


def brier(chance, label) -> float:
    """Return the mean squared difference of chance and outcome (Brier 1950)."""
    chance, label = forecast_and_outcome(chance, label, binary=True)
    return float(np.mean((chance - label) ** 2))


def log_loss(chance, label) -> float:
    """Return minus the mean log-likelihood; chances are cut at one in a million."""
    chance, label = forecast_and_outcome(chance, label, binary=True)
    odds = logit(np.clip(chance, _SURE, 1 - _SURE))
    return float(np.mean(np.logaddexp(0, odds) - label * odds))


def calibration_slope(chance, label) -> float:
    """Return the slope of the outcome's log odds on the forecast's.

    1 is perfect, less says that the forecasts are too extreme (Cox 1958).
    """
    chance, label = forecast_and_outcome(chance, label, binary=True)
    odds = logit(np.clip(chance, _SURE, 1 - _SURE))
    return float(fit_logistic(odds, label, l2=0.0).coefficients[0])


def reliability(chance, label, *, groups=20) -> Reliability:
    """Return forecast and outcome in groups of equal size, ties kept together."""
    chance, label = forecast_and_outcome(chance, label, binary=True)
    if groups < 1:
        raise ValueError(f"groups must be at least 1: {groups!r}")
    number = np.minimum(groups - 1, (groups * (ranks(chance) - 0.5)) // chance.size)
    _, group, size = np.unique(number, return_inverse=True, return_counts=True)
    return Reliability(
        forecast=np.bincount(group, weights=chance) / size,
        outcome=np.bincount(group, weights=label) / size,
        size=size,
    )


def spearman(forecast, outcome) -> float:
    """Return the correlation of the ranks; NaN when one of them is constant."""
    forecast, outcome = forecast_and_outcome(forecast, outcome)
    one, other = ranks(forecast), ranks(outcome)
    one, other = one - one.mean(), other - other.mean()
    size = np.sqrt((one @ one) * (other @ other))
    return float(one @ other / size) if size else float("nan")


def gini(forecast, outcome) -> float:
    """Return how well the forecast ranks an outcome such as revenue.

    The area between the Lorenz curve in the forecast's order and the diagonal, over the
    same of a perfect order: 1 is perfect, 0 is chance. Ties share their outcome.
    """
    forecast, outcome = forecast_and_outcome(forecast, outcome)
    if np.any(outcome < 0):
        raise ValueError("outcome must not be negative")
    perfect = _lorenz(outcome, outcome)
    return float(_lorenz(forecast, outcome) / perfect) if perfect else float("nan")


def _lorenz(score, outcome) -> float:
    place = (ranks(score) - 0.5) / score.size
    total = outcome.sum()
    return 2 * float(place @ outcome) / total - 1 if total else 0.0


def mean_absolute_error(forecast, outcome) -> float:
    """Return the mean of ``|forecast - outcome|``."""
    forecast, outcome = forecast_and_outcome(forecast, outcome)
    return float(np.mean(np.abs(forecast - outcome)))


def root_mean_squared_error(forecast, outcome) -> float:
    """Return the root of the mean of ``(forecast - outcome)²``.

    The true mean has the smallest one; of the absolute error that is the median, which
    is 0 wherever most people do nothing.
    """
    forecast, outcome = forecast_and_outcome(forecast, outcome)
    return float(np.sqrt(np.mean((forecast - outcome) ** 2)))


def tweedie_deviance(forecast, outcome, *, power=1.5) -> float:
    r"""Return the mean deviance of Tweedie's family: 0 is perfect.

    .. math:: 2 \left( \frac{y^{2-p}}{(1-p)(2-p)} - \frac{y \mu^{1-p}}{1-p}
              + \frac{\mu^{2-p}}{2-p} \right)

    The true mean has the smallest one, of amounts with many zeros and a long tail too,
    and a single large amount decides less than in a squared error.

    References
    ----------
    Jørgensen, B. (1987), *J. R. Stat. Soc. B* 49(2), 127-162.
    """
    mean, amount = forecast_and_outcome(forecast, outcome)
    if np.any(mean <= 0) or np.any(amount < 0):
        raise ValueError("forecast must be above 0, outcome not negative")
    if not 1 < power < 2:
        raise ValueError(f"power must lie between 1 and 2: {power!r}")
    one, two = 1 - power, 2 - power
    parts = amount**two / (one * two) - amount * mean**one / one + mean**two / two
    return float(2 * np.mean(parts))


def population_stability(then, now) -> float:
    """Return how far a distribution moved: the population stability index.

    Below 0.1 hardly, above 0.25 a lot. Empty groups count as half a case, so the index
    stays finite.

    Parameters
    ----------
    then, now : array_like, shape (k,)
        Cases in the same k groups at two times.

    References
    ----------
    Siddiqi, N. (2006), *Credit Risk Scorecards*, chapter 8; the sum of both
    Kullback-Leibler divergences.
    """
    then, now = forecast_and_outcome(then, now)
    if np.any(then < 0) or np.any(now < 0) or not (then.sum() and now.sum()):
        raise ValueError("cases must not be negative, and there must be some")
    one, other = np.maximum(then, 0.5), np.maximum(now, 0.5)
    one, other = one / one.sum(), other / other.sum()
    return float((other - one) @ np.log(other / one))


def bootstrap_gain(metric, better, worse, outcome, *, draws=200, level=0.95, rng):
    """Return the lower bound of ``metric(better) - metric(worse)`` over resamples.

    Positive: with probability ``level`` the first forecast is better (higher metric) on
    customers like these.
    """
    better, outcome = forecast_and_outcome(better, outcome)
    worse, _outcome = forecast_and_outcome(worse, outcome)
    gains = []
    for _draw in range(draws):
        rows = rng.integers(0, outcome.size, outcome.size)
        mine, theirs, real = better[rows], worse[rows], outcome[rows]
        gains.append(metric(mine, real) - metric(theirs, real))
    return float(np.quantile(gains, 1 - level))
