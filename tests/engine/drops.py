"""Simulated drops with known effects, for the tests of store planning."""

import numpy as np

FIELDS = [
    ("store", "i8"),
    ("creative", "i8"),
    ("market", "i8"),
    ("region", "i8"),
    ("store_type", "i8"),
    ("week", "i8"),
    ("pieces", "f8"),
    ("responses", "f8"),
    ("revenue", "f8"),
    ("cost", "f8"),
]
MARKET, STORE, CREATIVE, WITHIN, SEASON, PAIR = 0.4, 0.3, 0.25, 0.12, 0.12, 0.1
BASE, VALUE, NOISE = 0.02, 40.0, 0.05


def week_of(month):
    """Return a week in the middle of a month that is counted from 0."""
    return np.floor((np.asarray(month) + 0.5) * 365.25 / 7 / 12).astype(int)


class World:
    """Stores and creatives with true effects; draws drops and their outcome."""

    def __init__(self, seed, stores=200, creatives=6, markets=4, bend=0.0):
        self.rng = rng = np.random.default_rng(seed)
        self.stores, self.creatives, self.bend = stores, creatives, bend
        self.market = rng.integers(0, markets, stores)
        self.region = rng.integers(0, 4, stores)
        self.kind = rng.integers(0, 3, stores)
        self.usual = rng.uniform(300, 1500, stores)
        self.of_market = rng.normal(0, MARKET, markets)
        self.of_store = rng.normal(0, STORE, stores)
        self.of_creative = rng.normal(0, CREATIVE, creatives)
        self.by_market = rng.normal(0, WITHIN, (creatives, markets))
        self.by_region = rng.normal(0, WITHIN, (creatives, 4))
        self.by_kind = rng.normal(0, WITHIN, (creatives, 3))
        self.season = rng.normal(0, SEASON, 12)
        self.by_season = rng.normal(0, SEASON, (creatives, 12))
        self.pair = rng.normal(0, PAIR, (stores, creatives))

    def rate(self, store, creative, month, pieces=None):
        """Return the true rate of a drop, before its own noise."""
        season = month % 12
        rate = BASE * np.exp(
            self.of_market[self.market[store]]
            + self.of_store[store]
            + self.of_creative[creative]
            + self.by_market[creative, self.market[store]]
            + self.by_region[creative, self.region[store]]
            + self.by_kind[creative, self.kind[store]]
            + self.season[season]
            + self.by_season[creative, season]
            + self.pair[store, creative]
        )
        if self.bend and pieces is not None:
            amount = self.bend * pieces / self.usual[store]
            rate = rate * -np.expm1(-amount) / amount
        return rate

    def outcome(self, store, creative, month, pieces):
        """Return responses and revenue of drops."""
        rate = self.rate(store, creative, month, pieces)
        noise = self.rng.gamma(1 / NOISE, NOISE, rate.shape)
        responses = np.minimum(self.rng.poisson(pieces * rate * noise), pieces)
        money = self.rng.gamma(np.maximum(responses, 1) * 2, VALUE / 2)
        return responses, np.where(responses > 0, money, 0.0)

    def history(self, months=18):
        """Return a drop of a random creative a store and month."""
        store = np.repeat(np.arange(self.stores), months)
        month = np.tile(np.arange(months), self.stores)
        creative = self.rng.integers(0, self.creatives, store.size)
        pieces = np.round(self.usual[store] * self.rng.uniform(0.4, 1.6, store.size))
        rows = np.zeros(store.size, FIELDS)
        rows["store"], rows["creative"], rows["pieces"] = store, creative, pieces
        rows["market"], rows["region"] = self.market[store], self.region[store]
        rows["store_type"], rows["week"] = self.kind[store], week_of(month)
        outcome = self.outcome(store, creative, month, pieces)
        rows["responses"], rows["revenue"] = outcome
        rows["cost"] = 0.5 * pieces
        return rows


def drops(*rows):
    """Return drops of store, creative, market, week, pieces, responses, revenue."""
    history = np.zeros(len(rows), FIELDS)
    for place, (store, creative, market, week, pieces, responses, revenue) in enumerate(
        rows
    ):
        history[place] = (
            store,
            creative,
            market,
            0,
            0,
            week,
            pieces,
            responses,
            revenue,
            np.nan,
        )
    return history
