"""What fitting a model ends with: plain values, so that no transaction is needed."""

from dataclasses import dataclass, field

import numpy as np

#: Groups of a lift or reliability curve.
TENTHS = 10


class NothingToLearn(Exception):
    """The customers do not differ in what a model would tell them apart by."""


@dataclass(frozen=True)
class Metric:
    """A figure on customers and days that the model had not seen."""

    name: str
    model: float
    baseline: float | None = None


@dataclass(frozen=True)
class Finding:
    """A fitted model with its proof, or the reason why there is none.

    `gain_low` is the lower bound (95 %) of what the model is better by than its
    baseline; only a positive one lets it be used. `challenge` tells how another method
    did against this one, `trees` are those of that method where it won.
    """

    customers: int
    needed: dict = field(default_factory=dict)
    parameters: dict = field(default_factory=dict)
    metrics: tuple[Metric, ...] = ()
    gain: float | None = None
    gain_low: float | None = None
    curve: tuple = ()
    challenge: dict = field(default_factory=dict)
    trees: dict | None = None
    trained_from: str | None = None
    tested_from: str | None = None
    tested_until: str | None = None

    @property
    def verdict(self):
        if self.needed:
            return "not_enough"
        return "better" if self.gain_low > 0 else "no_better"


def lacking(**counts):
    """Return {what: [there is, needed]} of the counts that do not suffice."""
    return {
        name: [int(present), int(needed)]
        for name, (present, needed) in counts.items()
        if present < needed
    }


def tenths(forecast, outcome):
    """Return (mean forecast, mean outcome, customers) of tenths, the highest first."""
    order = np.argsort(-np.asarray(forecast), kind="stable")
    parts = np.array_split(order, min(TENTHS, order.size))
    return tuple(
        (float(np.mean(forecast[part])), float(np.mean(outcome[part])), int(part.size))
        for part in parts
    )


def sample(size, most=20_000):
    """Return row numbers, evenly taken: resampling a million customers is slow."""
    return np.arange(0, size, -(-size // most) or 1)
