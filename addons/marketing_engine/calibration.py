"""Forecasts of a chance put right by what came."""

from dataclasses import dataclass

import numpy as np

from .checks import finite_column, forecast_and_outcome


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
    forecast, outcome = forecast_and_outcome(forecast, outcome)
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
