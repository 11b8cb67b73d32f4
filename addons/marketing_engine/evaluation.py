"""How good a forecast was, on customers and times it was not fitted on."""

from dataclasses import dataclass

import numpy as np
from scipy.special import logit

from .checks import finite_column
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
    score, label = _pair(score, label, binary=True)
    yes = label == 1
    if yes.all() or not yes.any():
        raise ValueError("label must hold both 0 and 1")
    count = int(yes.sum())
    above = ranks(score)[yes].sum() - count * (count + 1) / 2
    return float(above / (count * (label.size - count)))


def brier(chance, label) -> float:
    """Return the mean squared difference of chance and outcome (Brier 1950)."""
    chance, label = _pair(chance, label, binary=True)
    return float(np.mean((chance - label) ** 2))


def log_loss(chance, label) -> float:
    """Return minus the mean log-likelihood; chances are cut at one in a million."""
    chance, label = _pair(chance, label, binary=True)
    odds = logit(np.clip(chance, _SURE, 1 - _SURE))
    return float(np.mean(np.logaddexp(0, odds) - label * odds))


def calibration_slope(chance, label) -> float:
    """Return the slope of the outcome's log odds on the forecast's.

    1 is perfect, less says that the forecasts are too extreme (Cox 1958).
    """
    chance, label = _pair(chance, label, binary=True)
    odds = logit(np.clip(chance, _SURE, 1 - _SURE))
    return float(fit_logistic(odds, label, l2=0.0).coefficients[0])


def reliability(chance, label, *, groups=20) -> Reliability:
    """Return forecast and outcome in groups of equal size, ties kept together."""
    chance, label = _pair(chance, label, binary=True)
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
    forecast, outcome = _pair(forecast, outcome)
    one, other = ranks(forecast), ranks(outcome)
    one, other = one - one.mean(), other - other.mean()
    size = np.sqrt((one @ one) * (other @ other))
    return float(one @ other / size) if size else float("nan")


def gini(forecast, outcome) -> float:
    """Return how well the forecast ranks an outcome such as revenue.

    The area between the Lorenz curve in the forecast's order and the diagonal, over the
    same of a perfect order: 1 is perfect, 0 is chance. Ties share their outcome.
    """
    forecast, outcome = _pair(forecast, outcome)
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
    forecast, outcome = _pair(forecast, outcome)
    return float(np.mean(np.abs(forecast - outcome)))


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
    then, now = _pair(then, now)
    if np.any(then < 0) or np.any(now < 0) or not (then.sum() and now.sum()):
        raise ValueError("cases must not be negative, and there must be some")
    one, other = np.maximum(then, 0.5), np.maximum(now, 0.5)
    one, other = one / one.sum(), other / other.sum()
    return float((other - one) @ np.log(other / one))


@dataclass(frozen=True, eq=False)
class Isotonic:
    """A rising curve through outcomes: forecast in, calibrated forecast out."""

    knots: np.ndarray
    values: np.ndarray

    def __call__(self, forecast) -> np.ndarray:
        """Return the calibrated forecasts, straight lines between the knots."""
        return np.interp(finite_column("forecast", forecast), self.knots, self.values)


def fit_isotonic(forecast, outcome, *, centred=False) -> Isotonic:
    """Fit the rising step function closest to the outcomes, by pooling violators.

    Its mean over the rows it was fitted on is that of the outcomes. ``centred`` draws
    straight lines through the middles of the steps instead, so that forecasts of one
    step keep their order (Oron & Flournoy 2017).

    References
    ----------
    Ayer, M. et al. (1955), *Ann. Math. Stat.* 26; Zadrozny & Elkan (2002) for its use
    as calibration.
    """
    forecast, outcome = _pair(forecast, outcome)
    knots, group, sizes = np.unique(forecast, return_inverse=True, return_counts=True)
    means = np.bincount(group, weights=outcome) / sizes
    blocks: list[list[float]] = []  # mean, weight, number of knots
    for mean, size in zip(means.tolist(), sizes.tolist(), strict=True):
        blocks.append([mean, size, 1])
        while len(blocks) > 1 and blocks[-2][0] >= blocks[-1][0]:
            mean_b, size_b, knots_b = blocks.pop()
            mean_a, size_a, knots_a = blocks.pop()
            both = size_a + size_b
            pooled = (mean_a * size_a + mean_b * size_b) / both
            blocks.append([pooled, both, knots_a + knots_b])
    if centred:
        sizes_of = np.array([block[1] for block in blocks])
        place = np.repeat(np.arange(len(blocks)), [block[2] for block in blocks])
        middles = np.bincount(place, weights=knots * sizes) / sizes_of
        return Isotonic(middles, np.array([block[0] for block in blocks]))
    ends = np.cumsum([block[2] for block in blocks]) - 1
    starts = np.r_[0, ends[:-1] + 1]
    # A step is told by its two ends: what lies between is on the line.
    corners = np.unique(np.r_[starts, ends])
    values = np.array([block[0] for block in blocks])
    return Isotonic(knots[corners], values[np.searchsorted(ends, corners)])


def bootstrap_gain(metric, better, worse, outcome, *, draws=200, level=0.95, rng):
    """Return the lower bound of ``metric(better) - metric(worse)`` over resamples.

    Positive: with probability ``level`` the first forecast is better (higher metric) on
    customers like these.
    """
    better, outcome = _pair(better, outcome)
    worse, _outcome = _pair(worse, outcome)
    gains = []
    for _draw in range(draws):
        rows = rng.integers(0, outcome.size, outcome.size)
        mine, theirs, real = better[rows], worse[rows], outcome[rows]
        gains.append(metric(mine, real) - metric(theirs, real))
    return float(np.quantile(gains, 1 - level))


def _pair(forecast, outcome, *, binary=False):
    one = finite_column("forecast", forecast)
    other = finite_column("outcome", outcome)
    if one.size != other.size or not one.size:
        raise ValueError(f"columns have {one.size} and {other.size} rows")
    if binary and not np.all((other == 0) | (other == 1)):
        raise ValueError("label must hold 0 and 1 only")
    return one, other
