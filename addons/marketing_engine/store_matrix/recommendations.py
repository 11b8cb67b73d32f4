"""What the matrix recommends, store by store."""

from dataclasses import dataclass

import numpy as np

from .forecast import PARTS
from .risks import ENOUGH_DROPS, ENOUGH_PIECES, flags

STATUSES = ("skip", "review", "auto")
#: Part of the drops that end within ``lower`` and ``upper``.
SHARE = 0.8


@dataclass(frozen=True, eq=False)
class Recommendations:
    """One recommendation a store, in the order of the stores asked for; shape (n,).

    Attributes
    ----------
    creative_index : numpy.ndarray of int
        Place among the creatives asked for; the best one also where nothing should be
        sent, -1 where none is allowed.
    quantity : numpy.ndarray of int
        Pieces; 0 where the next piece earns less than elsewhere, or than its cost.
    expected_rate, lower, upper : numpy.ndarray
        Responses a piece; four of five such drops end between lower and upper.
    confidence : numpy.ndarray
        100 times the probability that the margin is above the cost, at the quantity;
        where that is 0, at the quantity without a budget, or the most.
    component_scores : numpy.ndarray, shape (n, 4)
        Store, creative, geography and timing, 0 to 100; 50 is average or unknown.
    margin, cost : numpy.ndarray
        Expected margin before the cost, and the cost, in the history's money.
    risks : numpy.ndarray of bool, shape (n, 5)
        Columns as in :data:`.risks.RISKS`.
    drops, pieces : numpy.ndarray of int
        Of the store's past; ``pair_drops`` and ``pair_pieces`` with this creative.
    most : numpy.ndarray
        The largest quantity that was possible.
    profit, bound, gap : float
        Of all stores, margin less cost; no plan earns more than the bound; by what
        part of it the profit is below.
    shadow_price : float
        What one more unit of the budget would earn, less itself.
    """

    creative_index: np.ndarray
    quantity: np.ndarray
    expected_rate: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    confidence: np.ndarray
    component_scores: np.ndarray
    margin: np.ndarray
    cost: np.ndarray
    risks: np.ndarray
    drops: np.ndarray
    pieces: np.ndarray
    pair_drops: np.ndarray
    pair_pieces: np.ndarray
    most: np.ndarray
    profit: float
    bound: float
    gap: float
    shadow_price: float

    @property
    def store_score(self) -> np.ndarray:
        """Return how the store does among stores of its market, 0 to 100."""
        return self.component_scores[:, 0]

    @property
    def creative_score(self) -> np.ndarray:
        """Return how the creative does in stores of this type, 0 to 100."""
        return self.component_scores[:, 1]

    @property
    def geographic_score(self) -> np.ndarray:
        """Return how the creative does in this region and market, 0 to 100."""
        return self.component_scores[:, 2]

    @property
    def timing_score(self) -> np.ndarray:
        """Return how the period does, and the creative in it, 0 to 100."""
        return self.component_scores[:, 3]

    @property
    def proven(self) -> np.ndarray:
        """Return which stores have 3 past drops or 2,000 pieces."""
        return (self.drops >= ENOUGH_DROPS) | (self.pieces >= ENOUGH_PIECES)

    def status(self, *, auto=75.0, review=50.0) -> np.ndarray:
        """Return ``auto``, ``review`` or ``skip`` of each store.

        Above ``auto`` and proven; from ``review`` on, or unproven; the rest. Where
        nothing may be sent, ``skip``.
        """
        if not 0 <= review <= auto <= 100:
            raise ValueError(f"thresholds must rise from 0 to 100: {review}, {auto}")
        places = (self.confidence >= review).astype(int)
        places[(self.confidence > auto) & self.proven] = 2
        places[self.creative_index < 0] = 0
        return np.array(STATUSES)[places]


def assemble(evidence, asked, places, cells, offers, plan, margin_rate):
    """Return the recommendations of an allocation."""
    rows = np.arange(asked.label.size)
    creative, pieces = _talked_of(offers, cells, plan)
    none = ~(offers.slope > 0).any(axis=1)
    at = np.maximum(pieces, 1.0)[:, None]
    tier = np.where(plan.tier >= 0, plan.tier, 0)
    cost = np.maximum(offers.cost(rows, creative, tier, at[:, 0]), 1e-12)
    low, high = cells.interval(at, SHARE)
    chance = cells.chance_above(at, cost[:, None], margin_rate)
    scores = cells.scores[:, rows, creative].T
    sent = plan.pieces.astype(float)
    return Recommendations(
        creative_index=np.where(none, -1, creative),
        quantity=plan.pieces,
        expected_rate=cells.rate_at(at)[rows, creative],
        lower=low[rows, creative],
        upper=high[rows, creative],
        confidence=np.where(none, 0.0, 100 * chance[rows, creative]),
        component_scores=scores,
        margin=np.where(sent > 0, offers.gain(rows, creative, sent), 0.0),
        cost=np.where(sent > 0, offers.cost(rows, creative, tier, sent), 0.0),
        risks=flags(evidence, asked, places[creative], scores[:, len(PARTS) - 1]),
        drops=evidence.drops[asked.store],
        pieces=evidence.pieces[asked.store].astype(np.int64),
        pair_drops=evidence.pair_drops[asked.store, places[creative]],
        pair_pieces=evidence.pair_pieces[asked.store, places[creative]].astype(
            np.int64
        ),
        most=offers.most,
        profit=plan.profit,
        bound=plan.bound,
        gap=plan.gap,
        shadow_price=float(plan.shadow_price[0]),
    )


def _talked_of(offers, cells, plan):
    """Return each store's creative and pieces, or what it would get."""
    free = offers.best(np.ones(plan.pieces.size), _first_tiers(offers), 0.0)
    creative = np.where(plan.creative >= 0, plan.creative, _wished(offers, cells))
    pieces = np.where(plan.pieces > 0, plan.pieces, offers.most)
    same = (plan.pieces == 0) & (free.pieces >= 1) & (free.creative == creative)
    return creative, np.where(same, np.floor(free.pieces), pieces)


def _first_tiers(offers):
    reward = np.full(offers.least.shape, -np.inf)
    reward[:, 0] = 0.0
    return reward


def _wished(offers, cells):
    """Return the creative whose margin is the highest multiple of its price."""
    ratio = np.where(offers.slope > 0, offers.slope, 0) / offers.price[:, :, 0]
    ratio = np.where(offers.slope > 0, ratio, -1.0)
    return ratio.argmax(axis=1) if cells.value.any() else cells.rate.argmax(axis=1)
