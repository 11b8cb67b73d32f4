"""Comparing the arms of an experiment."""

import math
from dataclasses import dataclass

from scipy import special

from .arms import StoreComparison, compare, draw_pairs, hold_out
from .assignment import assign_bucket, assign_buckets, srm
from .checks import whole_number
from .matching import imbalance, match_controls, matched_pairs
from .power import (
    detectable,
    detectable_difference,
    spread_beyond_chance,
    stores_needed,
)

__all__ = [
    "Comparison",
    "MeanComparison",
    "StoreComparison",
    "assign_bucket",
    "assign_buckets",
    "compare",
    "detectable",
    "detectable_difference",
    "draw_pairs",
    "hold_out",
    "imbalance",
    "match_controls",
    "matched_pairs",
    "proportion_interval",
    "spread_beyond_chance",
    "srm",
    "stores_needed",
    "two_proportions",
    "welch",
]


@dataclass(frozen=True)
class Comparison:
    """Difference between two arms, first minus second.

    Attributes
    ----------
    difference : float
        In the unit of the input: a share for proportions, money for revenue.
    low, high : float
        Confidence interval of the difference.
    z : float
        Test statistic of "no difference".
    p_value : float
        Two-sided.
    """

    difference: float
    low: float
    high: float
    z: float
    p_value: float


@dataclass(frozen=True)
class MeanComparison(Comparison):
    """Difference between two means; ``z`` holds Welch's t.

    Attributes
    ----------
    degrees_of_freedom : float
        Welch-Satterthwaite approximation.
    """

    degrees_of_freedom: float

    @property
    def t(self) -> float:
        """Return the test statistic under its usual name."""
        return self.z


def two_proportions(x1, n1, x2, n2, *, confidence=0.95) -> Comparison:
    r"""Compare the rates ``x1 / n1`` and ``x2 / n2``.

    .. math:: z = \frac{p_1 - p_2}{\sqrt{p (1 - p) (1/n_1 + 1/n_2)}},
              \qquad p = \frac{x_1 + x_2}{n_1 + n_2}

    The interval is Newcombe's hybrid score interval, made of the Wilson limits
    :math:`l_i, u_i` of each rate. Unlike the Wald interval it keeps its coverage when
    an arm has few or no successes.

    .. math:: low = d - \sqrt{(p_1 - l_1)^2 + (u_2 - p_2)^2}, \quad
              high = d + \sqrt{(u_1 - p_1)^2 + (p_2 - l_2)^2}

    Parameters
    ----------
    x1, x2 : int
        Successes of each arm, at most the size of the arm.
    n1, n2 : int
        Sizes of the arms, at least 1: all who were *assigned*, not those reached.
    confidence : float, default 0.95
        Between 0 and 1, both excluded.

    Returns
    -------
    Comparison
        Shares between -1 and 1. When all or none of both arms succeed, ``z`` is 0.

    Raises
    ------
    ValueError
        For an empty arm, counts that are not whole or out of range, and a confidence
        out of range.

    Notes
    -----
    The test pools the variance, the interval does not; close to the limit one of them
    may exclude 0 and the other not. Decide by the interval.

    References
    ----------
    Newcombe, R. G. (1998), Interval estimation for the difference between independent
    proportions, *Statistics in Medicine* 17, 873-890, method 10.
    """
    x1, n1 = _check_arm(x1, n1, 1)
    x2, n2 = _check_arm(x2, n2, 2)
    critical = special.ndtri(_upper_level(confidence))
    p1, low1, high1 = _wilson(x1, n1, critical)
    p2, low2, high2 = _wilson(x2, n2, critical)
    difference = p1 - p2
    pooled = (x1 + x2) / (n1 + n2)
    error = math.sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2))
    z = difference / error if error else 0.0
    return Comparison(
        difference=difference,
        low=difference - math.hypot(p1 - low1, high2 - p2),
        high=difference + math.hypot(high1 - p1, p2 - low2),
        z=z,
        p_value=float(2 * special.ndtr(-abs(z))),
    )


def proportion_interval(successes, size, *, confidence=0.95) -> tuple[float, float]:
    """Return the Wilson score limits of one rate, shares from 0 to 1.

    Raises
    ------
    ValueError
        As :func:`two_proportions`.
    """
    successes, size = _check_arm(successes, size, 1)
    critical = special.ndtri(_upper_level(confidence))
    _rate, low, high = _wilson(successes, size, critical)
    return low, high


def welch(mean1, sd1, n1, mean2, sd2, n2, *, confidence=0.95) -> MeanComparison:
    r"""Compare two means whose variances need not be equal.

    .. math:: t = \frac{m_1 - m_2}{\sqrt{v_1 + v_2}}, \quad v_i = s_i^2 / n_i, \quad
              \nu = \frac{(v_1 + v_2)^2}{v_1^2/(n_1 - 1) + v_2^2/(n_2 - 1)}

    Parameters
    ----------
    mean1, mean2 : float
        Means of each arm, over everyone assigned (zero for those who bought nothing).
    sd1, sd2 : float
        Sample standard deviations (divisor ``n - 1``), same unit, not negative.
    n1, n2 : int
        Sizes of the arms, at least 2.
    confidence : float, default 0.95
        Between 0 and 1, both excluded.

    Returns
    -------
    MeanComparison
        In the unit of the means. Two arms without any variance have an interval of
        width 0 and ``n1 + n2 - 2`` degrees of freedom; t is then 0 when the means are
        equal, else infinite.

    Raises
    ------
    ValueError
        For values that are not finite, a negative deviation, an arm smaller than 2,
        or a confidence out of range.

    References
    ----------
    Welch, B. L. (1947), The generalization of "Student's" problem when several
    different population variances are involved, *Biometrika* 34, 28-35.
    """
    level = _upper_level(confidence)
    error1, n1 = _check_mean(mean1, sd1, n1, 1)
    error2, n2 = _check_mean(mean2, sd2, n2, 2)
    difference = float(mean1) - float(mean2)
    error = math.hypot(error1, error2)
    if not error:
        t = math.copysign(math.inf, difference) if difference else 0.0
        p_value, freedom, margin = float(not difference), float(n1 + n2 - 2), 0.0
    else:
        t = difference / error
        # Shares of the variance: squares of the errors themselves could underflow.
        part1, part2 = (error1 / error) ** 2, (error2 / error) ** 2
        freedom = 1 / (part1**2 / (n1 - 1) + part2**2 / (n2 - 1))
        p_value = float(2 * special.stdtr(freedom, -abs(t)))
        margin = float(special.stdtrit(freedom, level)) * error
    low, high = difference - margin, difference + margin
    return MeanComparison(difference, low, high, t, p_value, freedom)


def _upper_level(confidence: float) -> float:
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be between 0 and 1: {confidence!r}")
    return (1 + confidence) / 2


def _check_arm(successes, size, arm: int) -> tuple[int, int]:
    successes, size = whole_number(f"x{arm}", successes), whole_number(f"n{arm}", size)
    if size < 1:
        raise ValueError(f"n{arm} must be at least 1: {size}")
    if not 0 <= successes <= size:
        raise ValueError(f"x{arm} must be from 0 to n{arm} = {size}: {successes}")
    return successes, size


def _check_mean(mean, deviation, size, arm: int) -> tuple[float, int]:
    """Return the standard error and the size of one arm."""
    size = whole_number(f"n{arm}", size)
    if size < 2:
        raise ValueError(f"n{arm} must be at least 2: {size}")
    if not (math.isfinite(mean) and math.isfinite(deviation) and deviation >= 0):
        raise ValueError(
            f"mean{arm} and sd{arm} must be finite, and sd{arm} not negative: "
            f"{mean!r}, {deviation!r}"
        )
    return float(deviation) / math.sqrt(size), size


def _wilson(successes: int, size: int, critical: float) -> tuple[float, float, float]:
    """Return the rate and its Wilson score limits."""
    rate = successes / size
    square = critical**2
    middle = (successes + square / 2) / (size + square)
    variance = rate * (1 - rate) * size + square / 4
    margin = critical * math.sqrt(variance) / (size + square)
    # Rounding must not push a limit past the rate or out of [0, 1].
    low = 0.0 if not successes else min(rate, middle - margin)
    high = 1.0 if successes == size else max(rate, middle + margin)
    return rate, low, high
