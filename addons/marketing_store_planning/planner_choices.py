"""What planners chose otherwise, as the matrix takes it into account; no database."""

import numpy as np

from odoo.addons.marketing_engine.override_gains import log_gains
from odoo.addons.marketing_engine.overrides import learn_overrides

#: So many conversions of other lines count as much as "a month like any other".
PRIOR_CONVERSIONS = 10
SHOWN = 2


class PlannerChoices:
    """Effect of choosing a creative in a region against the recommendation.

    ``rows`` are lines with a known result: region, creative (what was sent),
    region_name, creative_name, changed (not the recommended creative), randomised,
    actual and expected revenue (of the recommendation, for as many pieces), value of a
    conversion, cohort (market and plan).

    Results of choices that were not made by lot are not in the history that the matrix
    is fitted to; they move the expectation by this effect only, each by less than 20 %.
    """

    def __init__(self, rows):
        self.effects = {}
        # what was drawn is nobody's preference: it is part of the history instead
        rows = [row for row in rows if not (row["changed"] and row["randomised"])]
        changed = np.array([row["changed"] for row in rows], dtype=bool)
        if not changed.any():
            return
        gain = log_gains(
            [row["actual"] for row in rows],
            [row["expected"] for row in rows],
            changed,
            [row["cohort"] for row in rows],
            prior=PRIOR_CONVERSIONS * float(np.mean([row["value"] for row in rows])),
        )[changed]
        chosen = [row for row in rows if row["changed"]]
        places = {(row["region"], row["creative"]): row for row in chosen}
        number = {key: code for code, key in enumerate(places)}
        found = learn_overrides(
            gain,
            [number[row["region"], row["creative"]] for row in chosen],
            np.zeros(len(chosen), dtype=bool),
        )
        for code, key in enumerate(places):
            self.effects[key] = {
                "code": "planners",
                "creative": places[key]["creative_name"],
                "region": places[key]["region_name"],
                "count": int(found.count[code]),
                "wins": int(found.wins[code]),
                "change": round(float(np.expm1(found.preference[code])), 4),
            }

    def get_lift(self, stores, creatives):
        """Return by what the rates are multiplied, (stores, creatives); None: nothing.

        ``stores`` are tuples of id, market, region, …
        """
        if not self.effects:
            return None
        return np.array(
            [
                [
                    1 + self.effects.get((store[2], creative), {}).get("change", 0.0)
                    for creative in creatives
                ]
                for store in stores
            ]
        ).reshape(len(stores), len(creatives))

    def list_reasons(self, region, creative):
        """Return what to say of a region: the recommended creative first."""
        here = [
            ((key[1] != creative, -effect["count"], key[1]), effect)
            for key, effect in self.effects.items()
            if key[0] == region
        ]
        return [effect for _place, effect in sorted(here, key=lambda pair: pair[0])][
            :SHOWN
        ]
