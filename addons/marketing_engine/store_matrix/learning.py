"""Which effects stores, creatives, places and months have on responses and money."""

import numpy as np

from .effects import Effects, Factor, Table, fit_effects
from .history import MONTHS, History

# Log scale: markets differ freely, so that a creative is only compared within them.
_FREE = 1.0


def fit_rates(history: History) -> Effects | None:
    """Fit responses per piece on the rows that have them; None without any such row."""
    used = np.isfinite(history.responses)
    if not used.any():
        return None
    code = {name: codes[used] for name, codes in history.codes.items()}
    size = {name: history.size(name) for name in history.labels}
    pieces = history.pieces[used]
    return fit_effects(
        history.responses[used],
        pieces,
        _rate_tables(code, size),
        _rate_factors(size, int(history.codes["month"].max()) + 1),
        load=pieces / usual_drop(history)[code["store"]],
    )


def fit_values(history: History) -> tuple[Effects, float] | None:
    """Fit the revenue of a response; return the effects and the mean, in money."""
    with np.errstate(invalid="ignore"):
        used = (history.responses > 0) & np.isfinite(history.revenue)
    responses, revenue = history.responses[used], history.revenue[used]
    if not used.any() or revenue.sum() <= 0:
        return None
    mean = revenue.sum() / responses.sum()
    code = {name: codes[used] for name, codes in history.codes.items()}
    size = {name: history.size(name) for name in history.labels}
    row, first = _grouped([code["store"], code["creative"], code["market"]])
    names = ("market", "store", "creative")
    factors = {name: Factor((size[name],)) for name in names}
    factors["market"].floor = factors["market"].spread = _FREE
    table = Table(row, {name: code[name][first] for name in names}, {})
    money = np.maximum(revenue, 0) / mean
    return fit_effects(money, responses, [table], factors, free_chance=True), mean


def usual_drop(history: History) -> np.ndarray:
    """Return the mean pieces of a drop, shape (stores,)."""
    code = history.codes["store"]
    return np.bincount(code, weights=history.pieces) / np.bincount(code)


def _rate_factors(size, months) -> dict[str, Factor]:
    creative = size["creative"]
    factors = {
        "market": Factor((size["market"],), floor=_FREE),
        "region": Factor((size["region"],)),
        "store_type": Factor((size["store_type"],)),
        "creative": Factor((creative,), guess=0.05),
        "season": Factor((MONTHS,)),
        # What one month did to a market and will not come back: never predicted.
        "shock": Factor((size["market"], months), guess=0.005),
        "creative_market": Factor((creative, size["market"])),
        "creative_region": Factor((creative, size["region"])),
        "creative_type": Factor((creative, size["store_type"])),
        "creative_season": Factor((creative, MONTHS)),
        "store": Factor((size["store"],), guess=0.05),
        "pair": Factor((size["store"], creative)),
    }
    return factors


def _rate_tables(code, size) -> list[Table]:
    """Return the two groupings: all that is not of one store, and stores."""
    names = ("market", "region", "store_type", "creative", "month")
    row, first = _grouped([code[name] for name in names])
    market, region, kind, creative, month = (code[name][first] for name in names)
    season = code["season"][first]
    common = {
        "market": market,
        "creative": creative,
        "region": region,
        "store_type": kind,
        "season": season,
        "creative_market": creative * size["market"] + market,
        "creative_region": creative * size["region"] + region,
        "creative_type": creative * size["store_type"] + kind,
        "creative_season": creative * MONTHS + season,
        "shock": market * (int(month.max()) + 1) + month,
    }
    pair, first = _grouped([code["store"], code["creative"]])
    store, creative = code["store"][first], code["creative"][first]
    own = {"store": store, "pair": store * size["creative"] + creative}
    inside = {
        "creative_market": ("creative", "market"),
        "creative_region": ("creative", "region"),
        "creative_type": ("creative", "store_type"),
        "creative_season": ("creative", "season"),
        "shock": ("market",),
    }
    return [Table(row, common, inside), Table(pair, own, {"pair": ("store",)})]


def _grouped(columns) -> tuple[np.ndarray, np.ndarray]:
    """Return the group of each row by equal codes, and a row of each group."""
    key = np.zeros(columns[0].size, dtype=np.int64)
    for column in columns:
        key = key * (int(column.max()) + 1) + column
    _keys, first, row = np.unique(key, return_index=True, return_inverse=True)
    return row, first
