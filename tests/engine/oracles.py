"""Slow and obvious versions of the engine's formulas, to compare it with."""

import math
from fractions import Fraction


def percent_rank_score(values, bins):
    """Score each value by counting the smaller ones: O(n²), exact fractions."""
    others = max(1, len(values) - 1)
    scores = []
    for value in values:
        rank = Fraction(sum(other < value for other in values), others)
        scores.append(min(bins, 1 + math.floor(bins * rank)))
    return scores


def normal_tail(z):
    """Integrate the normal density above ``z`` by Simpson's rule."""
    steps, width = 4000, 40.0
    size = width / steps

    def density(x):
        return math.exp(-x * x / 2) / math.sqrt(2 * math.pi)

    total = density(z) + density(z + width)
    for step in range(1, steps):
        total += (4 if step % 2 else 2) * density(z + step * size)
    return total * size / 3


def binomial(successes, size, rate):
    """Return the chance of exactly ``successes``."""
    logarithm = (
        math.lgamma(size + 1)
        - math.lgamma(successes + 1)
        - math.lgamma(size - successes + 1)
    )
    return math.exp(
        logarithm + successes * math.log(rate) + (size - successes) * math.log(1 - rate)
    )


def wilson_by_bisection(successes, size, critical):
    """Solve |rate - p| = critical * sqrt(p (1 - p) / size) for p on both sides."""
    rate = successes / size

    def outside(p):
        return abs(rate - p) >= critical * math.sqrt(p * (1 - p) / size)

    def search(far, near):
        for _ in range(200):
            middle = (far + near) / 2
            far, near = (middle, near) if outside(middle) else (far, middle)
        return near

    low = 0.0 if successes == 0 else search(0.0, rate)
    high = 1.0 if successes == size else search(1.0, rate)
    return low, high
