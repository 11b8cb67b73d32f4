"""What speaks against a recommendation, and how much is known of a store."""

from dataclasses import dataclass

import numpy as np

from .effects import Effects
from .history import History

#: Columns of :attr:`Recommendations.risks`.
RISKS = (
    "new_store",
    "little_data",
    "recent_decline",
    "creative_fatigue",
    "seasonal_mismatch",
)
RECENT_WEEKS = 13
#: Drops or pieces a store needs before anything is approved by itself.
ENOUGH_DROPS, ENOUGH_PIECES = 3, 2000
# A decline is one when chance makes it in 2 % of the cases, and it is a tenth.
_BELOW, _TENTH = -2.05, 0.9
_OUT_OF_SEASON = 20.0


@dataclass(frozen=True, eq=False)
class Evidence:
    """Sums of the past; a last place, -1, for stores and creatives that are new.

    Attributes
    ----------
    drops, pieces, largest, responses : numpy.ndarray, shape (stores + 1,)
        Number, sum, largest and known responses of each store's drops.
    pair_drops, pair_pieces, pair_responses : numpy.ndarray
        The same for a store's drops of one creative, (stores + 1, creatives + 1).
    declining : numpy.ndarray of bool, shape (stores + 1,)
        Below what the model expects in the last 13 weeks.
    tired : numpy.ndarray of bool, shape (creatives + 1, markets + 1)
        The same for a creative within a market.
    """

    drops: np.ndarray
    pieces: np.ndarray
    largest: np.ndarray
    responses: np.ndarray
    pair_drops: np.ndarray
    pair_pieces: np.ndarray
    pair_responses: np.ndarray
    declining: np.ndarray
    tired: np.ndarray


def gather(history: History, rates: Effects | None) -> Evidence:
    """Return the sums of the past drops and where the newest fall short."""
    store, creative = history.codes["store"], history.codes["creative"]
    stores, creatives = history.size("store") + 1, history.size("creative") + 1
    largest = np.zeros(stores)
    np.maximum.at(largest, store, history.pieces)
    pair = store * creatives + creative
    answers = np.nan_to_num(history.responses)

    def sums(code, size, weights=None):
        return np.bincount(code, weights=weights, minlength=size)

    def pairs(weights=None):
        return sums(pair, stores * creatives, weights).reshape(stores, creatives)

    market = history.codes["market"]
    shape = (creatives, history.size("market") + 1)
    group = creative * shape[1] + market
    return Evidence(
        sums(store, stores),
        sums(store, stores, history.pieces),
        largest,
        sums(store, stores, answers),
        pairs(),
        pairs(history.pieces),
        pairs(answers),
        _short(history, rates, store, stores),
        _short(history, rates, group, shape[0] * shape[1]).reshape(shape),
    )


def _short(history, rates, code, size):
    """Return which groups of drops were lately below their expectation."""
    if rates is None:
        return np.zeros(size, dtype=bool)
    used = np.isfinite(history.responses)
    week, code = history.week[used], code[used]
    recent = week > history.week.max() - RECENT_WEEKS
    expected, seen = rates.expected[recent], history.responses[used][recent]
    code = code[recent]
    mean = np.bincount(code, weights=expected, minlength=size)
    variance = expected + rates.noise * expected**2
    spread = np.bincount(code, weights=variance, minlength=size) ** 0.5
    total = np.bincount(code, weights=seen, minlength=size)
    below = (total - mean) < _BELOW * spread
    return below & (total < _TENTH * mean)


def flags(evidence, stores, creatives, timing) -> np.ndarray:
    """Return the risks of each store's creative, shape (n, 5).

    ``stores`` are the stores asked for, ``creatives`` the places of those
    recommended, ``timing`` their scores.
    """
    drops = evidence.drops[stores.store]
    little = (drops < ENOUGH_DROPS) & (evidence.pieces[stores.store] < ENOUGH_PIECES)
    return np.stack(
        [
            drops == 0,
            little,
            evidence.declining[stores.store],
            evidence.tired[creatives, stores.market],
            timing < _OUT_OF_SEASON,
        ],
        axis=1,
    )
