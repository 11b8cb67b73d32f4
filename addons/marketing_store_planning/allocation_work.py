"""Share a budget out among the stores of a plan; no database here, and no web process.

A print run is a creative in a wave, so that each wave has creatives of its own here.
"""

from dataclasses import replace

import numpy as np

from odoo.addons.marketing_engine import store_budget, store_matrix

from .budget_points import list_points
from .matrix_work import STORE, read_history
from .planner_choices import PlannerChoices

#: Budgets of the curve, as parts of what is planned.
CURVE = np.array([0.1, 0.25, 0.4, 0.55, 0.7, 0.85, 1.0, 1.15, 1.3, 1.5, 1.75, 2.0])


def curve_of_plan(question, fixed) -> list:
    """Return the points of the curve of a plan, with what is fixed in it."""
    offers, wave, limits = _offers(question, fixed)
    reference = max(question["budget"] or fixed["planned"], 1.0)
    budgets = np.maximum(CURVE * reference - fixed["cost"], 0.0)
    curve = store_budget.budget_curve(
        offers, np.unique(budgets), wave=wave, wave_budgets=limits
    )
    return list_points(curve, fixed["cost"], fixed["profit"])


def plan_for(question, fixed, budget) -> dict:
    """Return {store: (creative, pieces)} for a budget, and how near to best it is."""
    offers, wave, limits = _offers(question, fixed)
    plan = store_budget.allocate(
        offers, max(budget - fixed["cost"], 0.0), wave=wave, wave_budgets=limits
    )
    waves = len(fixed["waves"]) + 1
    lines = {}
    for (store, *_about), creative, pieces in zip(
        question["stores"], plan.creative.tolist(), plan.pieces.tolist(), strict=True
    ):
        chosen = question["creatives"][creative // waves] if pieces else None
        lines[store] = (chosen, pieces)
    return {"lines": lines, "gap": plan.gap, "profit": plan.profit}


def _offers(question, fixed):
    """Return the offers with a creative a wave, the stores' waves and their budgets."""
    history, _left_out = read_history(question["rows"])
    prices = [question["breaks"][number] for number in question["creatives"]]
    choices = PlannerChoices(question["choices"])
    offers = store_matrix.fit(history).offers(
        np.array(question["stores"], STORE),
        np.array(question["creatives"], dtype=np.int64),
        question["period"],
        prices,
        lift=choices.get_lift(question["stores"], question["creatives"]),
        margin_rate=question["margin"],
        allowed=question["allowed"],
    )
    waves = len(fixed["waves"]) + 1  # the last one is that of stores without a wave
    wave = np.array(fixed["wave_of_store"], dtype=int)
    own = np.arange(waves)[None, :] == np.where(wave < 0, waves - 1, wave)[:, None]
    slope = (offers.slope[:, :, None] * own[:, None, :]).reshape(len(wave), -1)
    least = np.repeat(offers.least, waves, axis=0)
    for (creative, place), pieces in fixed["runs"].items():
        if creative in question["creatives"]:
            row = question["creatives"].index(creative) * waves + place
            least[row] = np.maximum(least[row] - pieces, 0.0)
    offers = replace(
        offers,
        slope=slope,
        price=np.repeat(offers.price, waves, axis=1),
        least=least,
    )
    return offers, wave, [row["left"] for row in fixed["waves"]]
