from odoo import models
from odoo.tools import SQL

# Lines with a complete result and an expectation of what was recommended.
_CHOICES = """
    SELECT COALESCE(store.region_id, 0) AS region,
           COALESCE(region.name, '') AS region_name,
           result.creative_id AS creative, creative.name AS creative_name,
           result.creative_id <> line.recommended_creative_id AS changed,
           COALESCE(result.is_randomised, FALSE) AS randomised,
           result.revenue::float8 AS actual,
           (line.recommended_rate * line.recommended_value * result.pieces)::float8
               AS expected,
           line.recommended_value::float8 AS value,
           CONCAT_WS('|', store.market, line.plan_id) AS cohort
      FROM store_campaign_result result
      JOIN campaign_plan_line line ON line.id = result.plan_line_id
      JOIN marketing_store store ON store.id = result.store_id
      JOIN store_creative creative ON creative.id = result.creative_id
      LEFT JOIN marketing_store_region region ON region.id = store.region_id
     WHERE result.company_id = %s AND result.pieces > 0 AND result.incomplete IS NULL
       AND line.recommended_rate * line.recommended_value > 0
     ORDER BY result.id
"""


class StoreMatrix(models.Model):
    """What planners chose otherwise, and what came of it, is part of the question."""

    _inherit = "store.matrix"

    def _read_question(self):
        rows = self.env.execute_query_dict(SQL(_CHOICES, self.company_id.id))
        return {**super()._read_question(), "choices": rows}
