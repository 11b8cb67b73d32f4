from odoo import fields, models
from odoo.tools import SQL

# One row a line; one more for a creative that an earlier version has ordered instead.
# Orders and results of a line are found by their index, so that a plan reads its own.
_ROWS = """
    SELECT line.id, line.id AS plan_line_id, line.plan_id, line.store_id,
           line.region_id, line.wave_id, line.creative_id, line.recommended_creative_id,
           COALESCE(line.recommended_quantity, 0) AS recommended_quantity,
           CASE WHEN line.is_included THEN line.quantity ELSE 0 END AS planned_quantity,
           CASE WHEN line.is_included THEN line.cost ELSE 0 END AS planned_cost,
           CASE WHEN line.is_included THEN line.expected_conversions ELSE 0 END
               AS expected_conversions,
           CASE WHEN line.is_included THEN line.expected_revenue ELSE 0 END
               AS expected_revenue,
           line.is_included, line.is_overridden, line.override_user_id,
           line.override_reason, FALSE AS is_earlier, line.company_id
      FROM campaign_plan_line line
 UNION ALL
    SELECT -MIN(ordered.id), line.id, line.plan_id, line.store_id, line.region_id,
           line.wave_id, ordered.store_creative_id, line.recommended_creative_id,
           0, 0, 0, 0, 0, line.is_included, FALSE, NULL, NULL, TRUE, line.company_id
      FROM campaign_plan_line line
      JOIN sale_order_line ordered ON ordered.campaign_plan_line_id = line.id
      JOIN sale_order sale ON sale.id = ordered.order_id AND sale.state = 'sale'
     WHERE ordered.store_creative_id IS DISTINCT FROM line.creative_id
     GROUP BY line.id, ordered.store_creative_id
"""
_ACTUAL = """
SELECT planned.*, COALESCE(ordered.quantity, 0) AS ordered_quantity,
       COALESCE(ordered.delivered, 0) AS delivered_quantity,
       COALESCE(ordered.waiting, 0) AS waiting_quantity,
       COALESCE(ordered.cost, 0) AS cost,
       COALESCE(ordered.quantity, 0) - planned.planned_quantity AS quantity_variance,
       result.source, COALESCE(result.incomplete, CASE
           WHEN result.source IS NULL AND planned.planned_quantity > 0 THEN 'none' END
       ) AS incomplete,
       result.responses, result.conversions, result.revenue,
       CASE WHEN result.incomplete IS NULL
            THEN result.conversions - planned.expected_conversions END
           AS conversions_variance,
       CASE WHEN result.incomplete IS NULL
            THEN result.revenue - planned.expected_revenue END AS revenue_variance,
       CASE WHEN result.incomplete IS NULL
            THEN result.revenue * company.marketing_plan_margin / 100 - result.cost END
           AS profit
  FROM (%s) planned
  JOIN res_company company ON company.id = planned.company_id
  LEFT JOIN LATERAL (
       SELECT SUM(line.product_uom_qty) FILTER (WHERE sale.state = 'sale') AS quantity,
              SUM(COALESCE(NULLIF(line.qty_delivered, 0), line.product_uom_qty))
                  FILTER (WHERE sale.state = 'sale'
                            AND sale.print_state = 'delivered') AS delivered,
              SUM(line.product_uom_qty) FILTER (WHERE sale.state IN ('draft', 'sent'))
                  AS waiting,
              SUM(line.price_subtotal / COALESCE(NULLIF(sale.currency_rate, 0), 1))
                  FILTER (WHERE sale.state = 'sale') AS cost
         FROM sale_order_line line
         JOIN sale_order sale ON sale.id = line.order_id
        WHERE line.campaign_plan_line_id = planned.plan_line_id
          AND line.store_creative_id = planned.creative_id
       ) ordered ON TRUE
  LEFT JOIN LATERAL (
       SELECT MIN(result.source) AS source, MAX(result.incomplete) AS incomplete,
              SUM(result.responses) AS responses,
              SUM(result.conversions) AS conversions, SUM(result.revenue) AS revenue,
              SUM(result.cost) AS cost
         FROM store_campaign_result result
        WHERE result.plan_line_id = planned.plan_line_id
          AND result.creative_id = planned.creative_id
       ) result ON TRUE
"""


class CampaignPlanActual(models.Model):
    """Recommended, planned, ordered, delivered, and what it brought: line by line."""

    _name = "campaign.plan.actual"
    _description = "Plan against Actual"
    _auto = False
    _order = "plan_id desc, store_id, id"
    _rec_name = "store_id"
    _depends = {
        "campaign.plan.line": [
            "quantity",
            "is_included",
            "creative_id",
            "wave_id",
            "is_overridden",
            "override_reason",
            "expected_conversions",
            "expected_revenue",
        ],
        "sale.order.line": [
            "product_uom_qty",
            "qty_delivered",
            "price_subtotal",
            "campaign_plan_line_id",
            "store_creative_id",
        ],
        "sale.order": ["state", "print_state", "currency_rate"],
        "store.campaign.result": ["responses", "conversions", "revenue", "incomplete"],
        "res.company": ["marketing_plan_margin"],
    }

    plan_id = fields.Many2one("campaign.plan", readonly=True)
    plan_line_id = fields.Many2one("campaign.plan.line", "Plan Line", readonly=True)
    store_id = fields.Many2one("marketing.store", readonly=True)
    region_id = fields.Many2one("marketing.store.region", readonly=True)
    wave_id = fields.Many2one("campaign.plan.wave", readonly=True)
    creative_id = fields.Many2one("store.creative", readonly=True)
    recommended_creative_id = fields.Many2one("store.creative", readonly=True)
    recommended_quantity = fields.Integer("Recommended", readonly=True)
    planned_quantity = fields.Integer("Planned", readonly=True)
    ordered_quantity = fields.Integer(
        "Ordered", readonly=True, help="Pieces in confirmed orders."
    )
    delivered_quantity = fields.Integer(
        "Delivered", readonly=True, help="Pieces in orders that the printer delivered."
    )
    waiting_quantity = fields.Integer(
        "Not Confirmed", readonly=True, help="Pieces in quotations."
    )
    quantity_variance = fields.Integer(
        "Ordered less Planned", readonly=True, help="Pieces."
    )
    planned_cost = fields.Monetary(readonly=True)
    cost = fields.Monetary("Ordered Cost", readonly=True)
    expected_conversions = fields.Float(readonly=True, digits=(16, 1))
    expected_revenue = fields.Monetary(readonly=True)
    responses = fields.Integer(readonly=True)
    conversions = fields.Integer(readonly=True)
    revenue = fields.Monetary(readonly=True)
    conversions_variance = fields.Float(
        "Conversions beyond Expected", readonly=True, digits=(16, 1)
    )
    revenue_variance = fields.Monetary("Revenue beyond Expected", readonly=True)
    profit = fields.Monetary(
        readonly=True, help="Margin of the revenue less the cost, once complete."
    )
    source = fields.Selection(
        lambda self: self.env["store.campaign.result"]._fields["source"].selection,
        "Source of Result",
        readonly=True,
    )
    incomplete = fields.Selection(
        [
            ("none", "No data yet"),
            ("unknown", "Not measured"),
            ("open", "Still coming in"),
        ],
        "Responses Are",
        readonly=True,
    )
    is_included = fields.Boolean("Included", readonly=True)
    is_overridden = fields.Boolean("Override", readonly=True)
    override_user_id = fields.Many2one("res.users", "Overridden By", readonly=True)
    override_reason = fields.Char("Reason", readonly=True)
    is_earlier = fields.Boolean("Earlier Version", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")

    @property
    def _table_query(self):
        return SQL(_ACTUAL, SQL(_ROWS))
