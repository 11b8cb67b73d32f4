"""What each store may expect of each creative in a period."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import gammaincc, gammaincinv, ndtr

from ..checks import finite_matrix
from .effects import Effects
from .saturation import saturation

#: The four parts of a score and the effects in them.
PARTS = {
    "store": ("store",),
    "creative": ("creative", "creative_type"),
    "geography": ("region", "creative_market", "creative_region"),
    "timing": ("season", "creative_season"),
}
_OF_PART = {name: part for part, names in PARTS.items() for name in names}
#: Not part of a score, but of the rate.
_OF_PART |= {"market": None, "store_type": None, "pair": None}
#: What is also in these is known twice, and doubted once.
_INSIDE = {
    "creative": (
        "creative_market",
        "creative_region",
        "creative_type",
        "creative_season",
        "pair",
    ),
    "market": ("creative_market",),
    "region": ("creative_region",),
    "store_type": ("creative_type",),
    "season": ("creative_season",),
    "store": ("pair",),
}


@dataclass(frozen=True, eq=False)
class Cells:
    """Expectations of stores x creatives; all matrices have that shape.

    Attributes
    ----------
    rate : numpy.ndarray
        Responses per piece of the first piece; :meth:`rate_at` of so many.
    doubt : numpy.ndarray
        Relative variance of a drop's rate beyond chance: what is not known of the
        effects, the next months' shock, and what drops differ anyhow.
    value : numpy.ndarray
        Revenue of a response, in the history's money.
    value_doubt : numpy.ndarray
        Its relative variance.
    chance : float
        Relative variance of the revenue of one response.
    scores : numpy.ndarray, shape (4, stores, creatives)
        0 to 100, in the order of :data:`PARTS`: the chance that the effect is above
        that of one drawn at random.
    bend : float
    usual : numpy.ndarray, shape (stores,)
        Pieces at which ``bend`` counts.
    """

    rate: np.ndarray
    doubt: np.ndarray
    value: np.ndarray
    value_doubt: np.ndarray
    chance: float
    scores: np.ndarray
    bend: float
    usual: np.ndarray

    def lifted(self, lift) -> "Cells":
        """Return the cells with rates so many times as high, (stores, creatives).

        What the history alone tells (doubt, money, scores) stays as it is.
        """
        lift = finite_matrix("lift", lift)
        if lift.shape != self.rate.shape or (lift <= 0).any():
            raise ValueError(
                f"lift must be above 0 and have the shape {self.rate.shape}"
            )
        return replace(self, rate=np.minimum(self.rate * lift, 1.0))

    def rate_at(self, pieces) -> np.ndarray:
        """Return the mean rate of so many pieces, (stores, creatives)."""
        return self.rate * saturation(self.bend, pieces / self.usual[:, None])

    def interval(self, pieces, share) -> tuple[np.ndarray, np.ndarray]:
        """Return between which rates a drop of ``pieces`` ends, with that chance.

        The number of responses is negative binomial; its quantiles are the gamma's
        of equal mean and variance.
        """
        mean = np.maximum(pieces * self.rate_at(pieces), 1e-12)
        shape = 1 / (1 / mean + self.doubt)
        low, high = (
            gammaincinv(shape, quantile) * mean / shape
            for quantile in ((1 - share) / 2, (1 + share) / 2)
        )
        pieces = np.maximum(pieces, 1.0)
        return low / pieces, np.minimum(high / pieces, 1)

    def chance_above(self, pieces, cost, margin_rate) -> np.ndarray:
        """Return the probability that the margin of ``pieces`` covers ``cost``."""
        responses = np.maximum(pieces * self.rate_at(pieces), 1e-12)
        mean = margin_rate * responses * self.value
        doubt = (1 + self.doubt) * (1 + self.value_doubt) - 1
        shape = 1 / ((1 + self.chance) / responses + doubt)
        with np.errstate(divide="ignore"):
            return np.where(mean > 0, gammaincc(shape, shape * cost / mean), 0.0)


def expect(rates: Effects, values, stores, creatives, season, usual) -> Cells:
    """Return the expectations for places of stores and creatives (-1: new ones)."""
    shape = (stores.store.size, creatives.size)
    place = {
        "store": stores.store,
        "market": stores.market,
        "region": stores.region,
        "store_type": stores.store_type,
    }
    parts = {name: _Part(np.zeros(shape), np.zeros(shape), 0.0) for name in PARTS}
    total = np.full(shape, rates.level)
    open_part, variances = {}, {}
    for name, part in _OF_PART.items():
        factor = rates.factors[name]
        value, variance = _effect(factor, name, place, creatives, season)
        total = total + value
        variances[name] = variance
        open_part[name] = variance / factor.spread
        if part:
            parts[part].add(value, variance, factor.spread)
    doubt = _doubt(variances, open_part) + rates.factors["shock"].spread
    scores = np.stack([part.score() for part in parts.values()])
    rate = np.exp(np.minimum(total + doubt / 2, 0.0))
    value, value_doubt, chance = _values(values, place, creatives, shape)
    relative = np.exp(doubt) * (1 + rates.noise) - 1
    return Cells(rate, relative, value, value_doubt, chance, scores, rates.bend, usual)


@dataclass(eq=False)
class _Part:
    """Sum of some effects of each cell, its variance, and that of a drawn one."""

    value: np.ndarray
    variance: np.ndarray
    spread: float

    def add(self, value, variance, spread):
        self.value = self.value + value
        self.variance = self.variance + variance
        self.spread += spread

    def score(self):
        return 100 * ndtr(self.value / np.sqrt(self.variance + self.spread))


def _doubt(variances, open_part):
    """Return the variance of the sum of the effects, (stores, creatives).

    Of an effect and one inside it, the sum is better known than the outer one: by
    block inversion, its variance counts by the square of what the inner leaves open.
    """
    total = 0.0
    for name, variance in variances.items():
        for inner in _INSIDE.get(name, ()):
            variance = variance * open_part[inner] ** 2
        total = total + variance
    return total


def _effect(factor, name, place, creatives, season):
    """Return an effect and its variance for each cell; 0 and the spread of new ones."""
    value, variance = _padded(factor)
    if name == "season":
        return value[:-1] @ season, variance[:-1] @ season
    if name == "creative":
        return value[creatives], variance[creatives]
    if name == "creative_season":
        value, variance = value[:, :-1] @ season, variance[:, :-1] @ season
        return value[creatives], variance[creatives]
    if name == "pair":
        rows = place["store"]
        return value[np.ix_(rows, creatives)], variance[np.ix_(rows, creatives)]
    if name.startswith("creative_"):
        kind = {"type": "store_type"}.get(name[9:], name[9:])
        cells = np.ix_(creatives, place[kind])
        return value[cells].T, variance[cells].T
    return value[place[name], None], variance[place[name], None]


def _padded(factor):
    """Return values and variances with a last place, -1, for what is new."""
    edge = [(0, 1)] * factor.value.ndim
    return (
        np.pad(factor.value, edge),
        np.pad(factor.variance, edge, constant_values=factor.spread),
    )


def _values(values, place, creatives, shape):
    """Return the money of a response, its relative variance, and one response's."""
    if values is None:
        return np.zeros(shape), np.zeros(shape), 1.0
    effects, mean = values
    total, doubt = np.zeros(shape), np.zeros(shape)
    for name in ("market", "store", "creative"):
        value, error = _effect(effects.factors[name], name, place, creatives, None)
        total, doubt = total + value, doubt + error
    money = mean * np.exp(np.clip(effects.level + total + doubt / 2, -20, 20))
    return money, np.expm1(doubt), effects.chance
