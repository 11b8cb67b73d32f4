import logging

import numpy as np

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.marketing_queue.isolation import own_transaction

_logger = logging.getLogger(__name__)
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
    """Computing: read, close, compute, write; no transaction is open in between."""

    _inherit = "store.matrix"

    @api.model
    def _pump_compute(self, company_id):
        # it loads scipy.optimize, which web processes do without
        from ..matrix_work import compute_matrix

        with own_transaction(self.env.registry) as env:
            matrix = env[self._name].search([("company_id", "=", company_id)], limit=1)
            if not matrix:
                return
            question = matrix._read_question()
        try:
            answer = compute_matrix(question)
        except ValueError as error:
            answer = None
            reason = str(error)
        with own_transaction(self.env.registry) as env:
            matrix = env[self._name].search([("company_id", "=", company_id)], limit=1)
            if matrix and answer is None:
                _logger.info("matrix of company %s: %s", company_id, reason)
                matrix.write({"state": "failed", "message": reason})
            elif matrix:
                matrix._keep(question, answer)

    def _read_question(self):
        """Return all that the computation needs, as plain values and arrays."""
        self.ensure_one()
        company = self.company_id
        rows = self.env.execute_query_dict(SQL(_PAST, company.id))
        stores = self.env["marketing.store"].search_fetch(
            [("company_id", "=", company.id)],
            ["market", "region_id", "store_type_id", "households"],
        )
        creatives = self.env["store.creative"].search(
            [("company_id", "=", company.id), ("state", "=", "active")]
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
            "rows": rows,
            "stores": [
                (
                    store.id,
                    store.market or "",
                    store.region_id.id or 0,
                    store.store_type_id.id or 0,
                    store.households or float("nan"),
                )
                for store in stores
            ],
            "creatives": priced.ids,
            "breaks": breaks,
            "unpriced": ", ".join((creatives - priced).mapped("name")),
            "allowed": fits & in_season,
            "period": [_week(self.period_start), _week(self.period_end)],
            "period_start": self.period_start,
            "period_end": self.period_end,
            "budget": self.budget or None,
            "margin": company.marketing_plan_margin / 100,
            "auto": company.marketing_plan_auto_confidence,
            "review": company.marketing_plan_review_confidence,
        }

    def _keep(self, question, answer):
        """Replace the cells by the new ones."""
        self.ensure_one()
        names = list(answer["cells"])
        columns = [answer["cells"][name] for name in names]
        kinds = [CELL_TYPES[name] for name in names]
        self.env.execute_query(
            SQL("DELETE FROM store_matrix_cell WHERE matrix_id = %s", self.id)
        )
        self.env.cr.execute(
            SQL(
                """INSERT INTO store_matrix_cell (matrix_id, company_id, %(names)s)
                   SELECT %(matrix)s, %(company)s, cell.*
                     FROM unnest(%(columns)s) AS cell""",
                names=SQL(", ").join(map(SQL.identifier, names)),
                matrix=self.id,
                company=self.company_id.id,
                columns=SQL(", ").join(
                    SQL("%s::" + kind + "[]", column)
                    for column, kind in zip(columns, kinds, strict=True)
                ),
            )
        )
        self._fill_places()
        self.env["store.matrix.cell"].invalidate_model()
        text = f"{question['period_start']} – {question['period_end']}"
        self.write(
            {
                "state": "done",
                "message": False,
                "computed_at": fields.Datetime.now(),
                "computed_for": text,
                "unpriced": question["unpriced"] or False,
                **answer["totals"],
            }
        )

    def _fill_places(self):
        """Write where the stores are to their cells, for filters and rules."""
        self.env.cr.execute(
            SQL(
                """UPDATE store_matrix_cell cell
                      SET region_id = store.region_id, state_id = store.state_id
                     FROM marketing_store store
                    WHERE store.id = cell.store_id AND cell.matrix_id = %s""",
                self.id,
            )
        )


def _week(day):
    return (day - fields.Date.to_date("1970-01-05")).days // 7


CELL_TYPES = {
    "store_id": "int",
    "creative_id": "int",
    "is_recommended": "bool",
    "is_allowed": "bool",
    "status": "text",
    "quantity": "int",
    "confidence": "float8",
    "expected_rate": "float8",
    "expected_rate_low": "float8",
    "expected_rate_high": "float8",
    "conversion_value": "float8",
    "expected_profit": "float8",
    "cost": "float8",
    "score_store": "float8",
    "score_creative": "float8",
    "score_region": "float8",
    "score_timing": "float8",
    "drop_count": "int",
    "pieces_total": "int",
    "risk_count": "int",
    "reasoning": "jsonb",
}
