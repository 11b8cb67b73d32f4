"""What a planner's choice earned beyond like lines, and beyond what was expected."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial.distance import cdist

from .checks import finite_column
from .experiments import proportion_interval
from .matching import _assign, _scaled
from .overrides import mean_interval

#: Of the logarithm of an outcome over another one.
LARGEST = 1.0


@dataclass(frozen=True)
class PairedGain:
    """What the first of each pair did better; see :func:`describe_gains`."""

    pairs: int
    difference: float
    low: float
    high: float
    wins: int
    win_low: float
    win_high: float


def pair_overrides(features, overridden, group) -> tuple[np.ndarray, np.ndarray]:
    """Return overridden lines and for each a like one that was not, by rows.

    Parameters
    ----------
    features : array_like, shape (n, k)
        By which lines are alike: what was expected, pieces, past …; scaled here.
    overridden : array_like of bool, shape (n,)
    group : array_like, shape (n,)
        Market, month and recommended creative: pairs never cross it.

    Returns
    -------
    rows, controls : numpy.ndarray of int
        Of equal length, no line twice; as many pairs as there can be, and of these the
        ones with the smallest sum of distances. Empty where nothing is alike.

    Notes
    -----
    :func:`.matching.match_controls` gives every treated store a control, from another
    group if need be. Here a line without a like one is in no pair.
    """
    values = _scaled(features)
    changed = np.asarray(overridden, dtype=bool)
    label = np.unique(np.asarray(group), return_inverse=True)[1]
    if not len(values) == changed.size == label.size:
        raise ValueError("features, overridden and group differ in length")
    pairs = []
    for code in np.unique(label[changed]):
        rows = np.flatnonzero(changed & (label == code))
        pool = np.flatnonzero(~changed & (label == code))
        if pool.size:
            first, second = _assign(cdist(values[rows], values[pool]))
            pairs += zip(rows[first], pool[second], strict=True)
    found = np.array(sorted(pairs), dtype=np.intp).reshape(-1, 2)
    return found[:, 0], found[:, 1]


def describe_gains(gain, *, confidence=0.95) -> PairedGain:
    """Return mean and interval of the pairs' differences, and how many were won.

    Student's interval of the mean; Wilson's of the share of wins.

    Raises
    ------
    ValueError
        For fewer than two pairs, or values that are not finite.
    """
    gain = finite_column("gain", gain)
    low, high = mean_interval(gain, confidence)
    wins = int((gain > 0).sum())
    share = proportion_interval(wins, gain.size, confidence=confidence)
    return PairedGain(gain.size, float(gain.mean()), low, high, wins, *share)


def log_gains(actual, expected, overridden, cohort, *, prior) -> np.ndarray:
    r"""Return the logarithm of what each line brought over what was expected of it.

    .. math:: g_i = \ln\frac{a_i}{e_i} - \ln\frac{\sum_f a + m}{\sum_f e + m}

    where *f* are the lines of the cohort that followed the recommendation: a good month
    is no merit of those who chose otherwise. Cut off at ±1.

    Parameters
    ----------
    actual, expected : array_like, shape (n,)
        Revenue of each line, and what the *recommendation* expected; expected above 0.
    overridden : array_like of bool, shape (n,)
    cohort : array_like, shape (n,)
        Market and plan.
    prior : float
        *m*, in the same unit: with few others the month counts as a usual one.
    """
    actual, expected = (
        finite_column("actual", actual),
        finite_column("expected", expected),
    )
    followed = ~np.asarray(overridden, dtype=bool)
    label, code = np.unique(np.asarray(cohort), return_inverse=True)
    if not actual.size == expected.size == followed.size == code.size:
        raise ValueError("actual, expected, overridden and cohort differ in length")
    if (expected <= 0).any() or not prior > 0:
        raise ValueError("expected and prior must be above zero")
    seen, said = (
        np.bincount(code[followed], weights=column[followed], minlength=label.size)
        for column in (np.maximum(actual, 0), expected)
    )
    usual = np.log((seen + prior) / (said + prior))
    beyond = actual / expected * np.exp(-usual[code])
    return np.clip(np.log(np.maximum(beyond, np.exp(-LARGEST))), -LARGEST, LARGEST)
