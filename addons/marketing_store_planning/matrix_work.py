"""From the past drops of a company to the cells of its matrix; no database here."""

import json

import numpy as np

from odoo.addons.marketing_engine import store_budget, store_matrix
from odoo.addons.marketing_engine.store_matrix import RISKS

from .budget_points import list_points
from .planner_choices import PlannerChoices

_FIELDS = [
    ("store", "i8"),
    ("creative", "i8"),
    ("market", "U64"),
    ("region", "i8"),
    ("store_type", "i8"),
    ("week", "i8"),
    ("pieces", "f8"),
    ("responses", "f8"),
    ("revenue", "f8"),
    ("cost", "f8"),
]
STORE = [*_FIELDS[:1], *_FIELDS[2:5], ("households", "f8")]
SCORES = ("score_store", "score_creative", "score_region", "score_timing")
_DIGITS = {
    "confidence": 0,
    "expected_rate": 5,
    "expected_rate_low": 5,
    "expected_rate_high": 5,
}
#: Budgets of the curve, as parts of the one that is asked for.
CURVE = np.array([0.1, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0])


def compute_matrix(question) -> dict:
    """Return the cells (columns of lists) and the totals of a matrix.

    Raises
    ------
    ValueError
        When there is nothing to compute from; told to the user.
    """
    history, left_out = read_history(question["rows"])
    stores = np.array(question["stores"], STORE)
    creatives = np.array(question["creatives"], dtype=np.int64)
    prices = [question["breaks"][number] for number in question["creatives"]]
    ask = (stores, creatives, question["period"], prices)
    choices = PlannerChoices(question["choices"])
    lift = choices.get_lift(question["stores"], question["creatives"])
    options = {"margin_rate": question["margin"], "allowed": question["allowed"]}
    model = store_matrix.fit(history)
    found = model.recommend(*ask, question["budget"], lift=lift, **options)
    offers = model.offers(*ask, lift=lift, **options)
    cells = model.expect(stores, creatives, question["period"], lift=lift)
    work = _Cells(question, model, found, offers, cells, history, choices)
    totals = {
        "drop_count": history.size,
        "left_out_count": left_out,
        "profit": found.profit,
        "cost": float(found.cost.sum()),
        "gap": found.gap,
        "shadow_price": found.shadow_price,
        "curve": _curve(offers, question["budget"], float(found.cost.sum())),
    }
    return {"cells": work.columns(), "totals": totals}


def read_history(rows):
    """Return the drops as the engine reads them, and how many are impossible."""
    history = np.array(
        [tuple(row[name] for name, _kind in _FIELDS) for row in rows], _FIELDS
    )
    impossible = history["responses"] > history["pieces"]
    return history[~impossible], int(impossible.sum())


def _curve(offers, budget, cost):
    top = budget or cost
    if not top:
        return []
    curve = store_budget.budget_curve(offers, CURVE * top)
    return list_points(curve)


class _Cells:
    """All cells: what each may expect at its own best amount."""

    def __init__(self, question, model, found, offers, cells, history, choices):
        self.question, self.found, self.offers = question, found, offers
        self.choices = choices
        self.shape = offers.slope.shape
        self.cells, self.margin = cells, question["margin"]
        self.allowed = np.broadcast_to(question["allowed"], self.shape)
        status = found.status(auto=question["auto"], review=question["review"])
        # Good enough, but the budget earns more elsewhere: nothing is sent either.
        self.status = np.where(found.quantity > 0, status, "skip")
        self.evidence = model.evidence
        rates = {}
        for market in np.unique(history["market"]):
            mine = history["market"] == market
            total = history["responses"][mine].sum()
            rates[str(market)] = float(total / history["pieces"][mine].sum())
        self.market_rate = rates
        known = model.history.labels
        self.stores = np.searchsorted(
            known["store"], [s[0] for s in question["stores"]]
        )
        self.known_creatives = known["creative"].tolist()

    def columns(self) -> dict:
        """Return each column of the cells as a list."""
        stores, creatives = self.shape
        rows = np.arange(stores)
        first = self.offers.price[:, :, :1]
        offers = self.offers.__class__(
            self.offers.slope,
            self.offers.usual,
            self.offers.bend,
            self.offers.most,
            first,
            self.offers.least[:, :1],
        )
        pieces = offers.worth(np.ones(stores), 0.0)[0][:, :, 0]
        pieces = np.floor(np.where(pieces >= 1, pieces, self.offers.most[:, None]))
        pieces = np.maximum(pieces, 1.0)
        cost = np.broadcast_to(first[:, :, 0], self.shape) * pieces
        low, high = self.cells.interval(pieces, 0.8)
        table = {
            "confidence": 100 * self.cells.chance_above(pieces, cost, self.margin),
            "expected_rate": self.cells.rate_at(pieces),
            "expected_rate_low": low,
            "expected_rate_high": high,
            "conversion_value": self.cells.value.copy(),
            **dict(zip(SCORES, self.cells.scores.copy(), strict=True)),
        }
        for name, mine in self._recommended().items():
            table.setdefault(name, np.zeros(self.shape))[self._places()] = mine
        table["confidence"] = np.where(self.allowed, table["confidence"], 0.0)
        return self._listed(table, rows, creatives)

    def _places(self):
        rows = np.flatnonzero(self.found.creative_index >= 0)
        return rows, self.found.creative_index[rows]

    def _recommended(self):
        """Return what is different for the recommended creative of each store."""
        rows, _creative = self._places()
        found = self.found
        return {
            "confidence": found.confidence[rows],
            "expected_rate": found.expected_rate[rows],
            "expected_rate_low": found.lower[rows],
            "expected_rate_high": found.upper[rows],
            "quantity": found.quantity[rows],
            "cost": found.cost[rows],
            "expected_profit": (found.margin - found.cost)[rows],
        }

    def _listed(self, table, rows, creatives):
        stores = self.shape[0]
        recommended = np.zeros(self.shape, dtype=bool)
        recommended[self._places()] = True
        status = np.full(self.shape, None, dtype=object)
        reasoning = np.full(self.shape, None, dtype=object)
        risks = np.zeros(self.shape, dtype=int)
        for row, creative in zip(*self._places(), strict=True):
            status[row, creative] = str(self.status[row])
            reasoning[row, creative] = json.dumps(self._reasons(row, creative))
            risks[row, creative] = int(self.found.risks[row].sum())
        drops = np.broadcast_to(self.found.drops[:, None], self.shape)
        pieces = np.broadcast_to(self.found.pieces[:, None], self.shape)
        ids = np.array([store[0] for store in self.question["stores"]])
        listed = {
            "store_id": np.repeat(ids, creatives),
            "creative_id": np.tile(self.question["creatives"], stores),
            "is_recommended": recommended.ravel(),
            "is_allowed": self.allowed.ravel(),
            "status": status.ravel(),
            "drop_count": drops.ravel(),
            "pieces_total": pieces.ravel(),
            "risk_count": risks.ravel(),
            "reasoning": reasoning.ravel(),
        }
        for name, matrix in table.items():
            digits = _DIGITS.get(name, 0 if name.startswith("score") else 2)
            listed[name] = np.round(matrix.astype(float), digits).ravel()
        listed["quantity"] = listed["quantity"].astype(int)
        return {name: column.tolist() for name, column in listed.items()}

    def _reasons(self, row, creative):
        """Return the reasons as codes and numbers: words are made when it is read."""
        found, evidence = self.found, self.evidence
        reasons = [self._store_reason(row)]
        if found.pair_drops[row]:
            place = self.known_creatives.index(self.question["creatives"][creative])
            seen = evidence.pair_responses[self.stores[row], place]
            reasons.append(
                {
                    "code": "pair",
                    "drops": int(found.pair_drops[row]),
                    "pieces": int(found.pair_pieces[row]),
                    "conversions": int(seen),
                }
            )
        else:
            reasons.append({"code": "untried"})
        reasons.append(
            {
                "code": "expected",
                "rate": round(float(found.expected_rate[row]), 5),
                "low": round(float(found.lower[row]), 5),
                "high": round(float(found.upper[row]), 5),
            }
        )
        reasons.append(self._money_reason(row, creative))
        place = (self.question["stores"][row][2], self.question["creatives"][creative])
        reasons += self.choices.list_reasons(*place)
        for name, raised in zip(RISKS, found.risks[row], strict=True):
            if raised:
                reasons.append({"code": f"risk_{name}"})
        return reasons

    def _store_reason(self, row):
        drops = int(self.found.drops[row])
        market = self.question["stores"][row][1]
        if not drops:
            return {"code": "new", "market_rate": self.market_rate.get(market, 0.0)}
        return {
            "code": "store",
            "drops": drops,
            "pieces": int(self.found.pieces[row]),
            "conversions": int(self.evidence.responses[self.stores[row]]),
            "market": market,
            "market_rate": round(self.market_rate.get(market, 0.0), 5),
        }

    def _money_reason(self, row, creative):
        quantity = int(self.found.quantity[row])
        value = round(float(self.cells.value[row, creative]), 2)
        if not quantity:
            return {"code": "nothing", "value": value, "margin": self.margin}
        return {
            "code": "money",
            "quantity": quantity,
            "most": int(self.found.most[row]),
            "value": value,
            "margin": self.margin,
            "earned": round(float(self.found.margin[row]), 2),
            "cost": round(float(self.found.cost[row]), 2),
        }
