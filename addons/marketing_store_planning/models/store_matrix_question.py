import numpy as np

from odoo import fields, models
from odoo.tools import SQL

_PAST = """
    SELECT result.store_id AS store, result.creative_id AS creative,
           COALESCE(store.market, '') AS market,
           COALESCE(store.region_id, 0) AS region,
           COALESCE(store.store_type_id, 0) AS store_type,
           (result.period_start - DATE '1970-01-05') / 7 AS week,
           result.pieces, result.conversions AS responses,
           result.revenue::float8 AS revenue, result.cost::float8 AS cost
      FROM store_campaign_result result
      JOIN marketing_store store ON store.id = result.store_id
      LEFT JOIN campaign_plan_line line ON line.id = result.plan_line_id
     WHERE result.company_id = %s AND result.pieces > 0 AND result.incomplete IS NULL
       -- what a planner chose instead is no test of it, unless the choice was drawn
       AND (line.recommended_creative_id IS NULL OR result.is_randomised
            OR line.recommended_creative_id = result.creative_id)
     ORDER BY result.id
"""


class StoreMatrix(models.Model):
    """All that the computation needs, as plain values and arrays."""

    _inherit = "store.matrix"

    def _read_question(self):
        self.ensure_one()
        company = self.company_id
        stores = self.env["marketing.store"].search_fetch(
            [("company_id", "=", company.id)],
            ["market", "region_id", "store_type_id", "households"],
        )
        return {
            "rows": self._read_past(),
            "stores": [_store_row(store) for store in stores],
            **self._read_creatives(stores),
            "period": [_week(self.period_start), _week(self.period_end)],
            "period_start": self.period_start,
            "period_end": self.period_end,
            "budget": self.budget or None,
            "margin": company.marketing_plan_margin / 100,
            "auto": company.marketing_plan_auto_confidence,
            "review": company.marketing_plan_review_confidence,
        }

    def _read_past(self):
        self.env["store.campaign.result"].flush_model()
        return self.env.execute_query_dict(SQL(_PAST, self.company_id.id))

    def _read_creatives(self, stores):
        """Return the active creatives with a price, and where each may go."""
        creatives = self.env["store.creative"].search(
            [("company_id", "=", self.company_id.id), ("state", "=", "active")]
        )
        breaks = {c.id: c._get_price_breaks(self.period_start) for c in creatives}
        priced = creatives.filtered(lambda creative: breaks[creative.id])
        middle = self.period_start + (self.period_end - self.period_start) / 2
        in_season = np.array([c._is_in_season(middle) for c in priced], dtype=bool)
        types = [set(c.store_type_ids.ids) for c in priced]
        kinds = [store.store_type_id.id for store in stores]
        fits = [[not own or kind in own for own in types] for kind in kinds]
        fits = np.array(fits, dtype=bool).reshape(len(kinds), len(types))
        return {
            "creatives": priced.ids,
            "breaks": breaks,
            "unpriced": ", ".join((creatives - priced).mapped("name")),
            "allowed": fits & in_season,
        }


def _store_row(store):
    return (
        store.id,
        store.market or "",
        store.region_id.id or 0,
        store.store_type_id.id or 0,
        store.households or float("nan"),
    )


def _week(day):
    return (day - fields.Date.to_date("1970-01-05")).days // 7
