"""What planners changed: did it beat the recommendation, and what is learned of it."""

from dataclasses import dataclass

import numpy as np
from scipy import special

from .checks import finite_column, finite_matrix
from .experiments import proportion_interval
from .matching import match_controls

#: A single override moves the preference of a manager's region by less than a fifth.
LEAST_STRENGTH = 5.0
_LARGEST = 1.0


@dataclass(frozen=True)
class OverrideResult:
    """How much better overridden lines did than like ones that were not.

    Attributes
    ----------
    overridden, matched : int
        Lines of each kind.
    difference, low, high : float
        Mean of what came beyond expectation, overridden less matched, as a share of
        what was expected, with its interval.
    wins : int
        Overridden lines that did better than their match.
    win_low, win_high : float
        Interval of the share of wins.
    """

    overridden: int
    matched: int
    difference: float
    low: float
    high: float
    wins: int
    win_low: float
    win_high: float


def compare_overrides(
    actual, expected, overridden, features, *, group=None, confidence=0.95
) -> OverrideResult:
    """Compare overridden lines with like lines that followed the recommendation.

    Parameters
    ----------
    actual, expected : array_like, shape (n,)
        Responses or margin of each line, and what the *recommendation* expected;
        expected above 0.
    overridden : array_like of bool, shape (n,)
    features : array_like, shape (n, k)
        By which lines are alike: confidence, expected rate, pieces, past …
    group : array_like, shape (n,), optional
        Such as the region.

    Raises
    ------
    ValueError
        For fewer than two overridden lines, or fewer others than those.

    Notes
    -----
    Pairs by :func:`.matching.match_controls`, then Student's t of their differences.
    Managers choose where to override: what they know of a store beyond the features
    counts as the override's success. Only a split by chance tells cause.
    """
    actual, expected, rows = _lines(actual, expected, overridden)
    controls = match_controls(
        finite_matrix("features", features), rows, rows.size, group=group
    )
    beyond = actual / expected - 1
    gain = beyond[rows] - beyond[controls]
    low, high = mean_interval(gain, confidence)
    wins = int((gain > 0).sum())
    return OverrideResult(
        rows.size,
        controls.size,
        float(gain.mean()),
        low,
        high,
        wins,
        *proportion_interval(wins, rows.size, confidence=confidence),
    )


def _lines(actual, expected, overridden):
    """Return the columns, and the rows that were overridden."""
    actual = finite_column("actual", actual)
    expected = finite_column("expected", expected)
    changed = np.asarray(overridden, dtype=bool)
    if not actual.size == expected.size == changed.size:
        raise ValueError("actual, expected and overridden differ in length")
    if (expected <= 0).any():
        raise ValueError("expected must be above zero")
    rows = np.flatnonzero(changed)
    others = actual.size - rows.size
    if rows.size < 2 or rows.size > others:
        raise ValueError(
            f"{rows.size} overridden lines and {others} others: two overridden ones "
            "are needed, and as many others"
        )
    return actual, expected, rows


def mean_interval(values, confidence=0.95) -> tuple[float, float]:
    """Return Student's interval of the mean of values, such as pairs' differences."""
    values = finite_column("values", values)
    if values.size < 2:
        raise ValueError("an interval needs two values")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be between 0 and 1: {confidence!r}")
    error = values.std(ddof=1) / np.sqrt(values.size)
    reach = float(special.stdtrit(values.size - 1, (1 + confidence) / 2) * error)
    return float(values.mean()) - reach, float(values.mean()) + reach


@dataclass(frozen=True, eq=False)
class OverrideLearning:
    """What overrides teach.

    Attributes
    ----------
    causal, causal_error : float
        Mean effect of an override on the logarithm of the outcome, from splits by
        chance alone, and its standard error; 0 and infinite without two of them.
    groups : numpy.ndarray, shape (groups,)
        Manager-regions, sorted.
    preference, preference_error : numpy.ndarray, shape (groups,)
        Effect of the other overrides of each, drawn towards 0.
    count, wins : numpy.ndarray of int, shape (groups,)
        Overrides of each, chance or not, and those that did better.
    """

    causal: float
    causal_error: float
    groups: np.ndarray
    preference: np.ndarray
    preference_error: np.ndarray
    count: np.ndarray
    wins: np.ndarray


def learn_overrides(gain, group, randomised) -> OverrideLearning:
    r"""Learn from overrides: cause from splits by chance, preference from the rest.

    Parameters
    ----------
    gain : array_like, shape (n,)
        Logarithm of the overridden outcome over the other one's, or over what the
        recommendation expected; cut off at ±1.
    group : array_like, shape (n,)
        Manager and region.
    randomised : array_like of bool, shape (n,)
        Whether chance decided which store of a pair was overridden.

    Notes
    -----
    A preference is :math:`\sum g / (n + n_0)` with :math:`n_0 = \max(5,
    \sigma^2/\tau^2)` by moments: one override moves it by less than a fifth of what it
    saw (the first by a sixth, later ones by less).
    """
    gain = np.clip(finite_column("gain", gain), -_LARGEST, _LARGEST)
    random = np.asarray(randomised, dtype=bool)
    labels, code = np.unique(np.asarray(group), return_inverse=True)
    if not gain.size == random.size == code.size:
        raise ValueError("gain, group and randomised differ in length")
    causal, error = 0.0, np.inf
    if random.sum() >= 2:
        causal = float(gain[random].mean())
        error = float(gain[random].std(ddof=1) / np.sqrt(random.sum()))
    chosen = ~random
    size = np.bincount(code[chosen], minlength=labels.size)
    total = np.bincount(code[chosen], weights=gain[chosen], minlength=labels.size)
    noise, strength = _strength(gain[chosen], code[chosen], size)
    return OverrideLearning(
        causal,
        error,
        labels,
        total / (size + strength),
        np.sqrt(noise / (size + strength)),
        np.bincount(code, minlength=labels.size),
        np.bincount(code[gain > 0], minlength=labels.size),
    )


def _strength(gain, code, size):
    """Return the variance of one gain, and what the common 0 is worth in gains."""
    known = size[size > 0]
    if gain.size < 2:
        return 1.0, LEAST_STRENGTH
    mean = np.bincount(code, weights=gain, minlength=size.size) / np.maximum(size, 1)
    freedom = gain.size - known.size
    noise = float(((gain - mean[code]) ** 2).sum() / freedom) if freedom else gain.var()
    noise = max(float(noise), 1e-6)
    more = float((size * mean**2).sum()) - known.size * noise
    between = more / gain.size
    return noise, max(LEAST_STRENGTH, noise / between if between > 0 else 1e3)
