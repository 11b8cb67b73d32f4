from odoo import api, fields, models

#: Sums of included lines, by the name that the plan and the wave give them.
SUMS = {
    "total_stores": "store_id:count_distinct",
    "total_quantity": "quantity:sum",
    "total_cost": "cost:sum",
    "expected_conversions": "expected_conversions:sum",
    "expected_conversions_low": "expected_conversions_low:sum",
    "expected_conversions_high": "expected_conversions_high:sum",
    "expected_revenue": "expected_revenue:sum",
    "expected_revenue_low": "expected_revenue_low:sum",
    "expected_revenue_high": "expected_revenue_high:sum",
    "average_confidence": "confidence:avg",
}
COUNTS = ("excluded_count", "unassigned_count", "override_count")


class CampaignPlan(models.Model):
    """Totals of a plan, read by one statement when they are shown.

    Only lines that the reader may see are counted: the regional manager's total is the
    region's. The ends of the interval are the sums of the ends, as if all stores missed
    on the same side: stores share the season and the creative, so it is not narrower.
    """

    _inherit = "campaign.plan"

    total_stores = fields.Integer("Stores", compute="_compute_totals")
    excluded_count = fields.Integer("Excluded", compute="_compute_totals")
    unassigned_count = fields.Integer("Without a Wave", compute="_compute_totals")
    override_count = fields.Integer("Overrides", compute="_compute_totals")
    total_quantity = fields.Integer("Pieces", compute="_compute_totals")
    total_cost = fields.Monetary("Estimated Cost", compute="_compute_totals")
    expected_conversions = fields.Float(compute="_compute_totals", digits=(16, 1))
    expected_conversions_low = fields.Float(compute="_compute_totals", digits=(16, 1))
    expected_conversions_high = fields.Float(compute="_compute_totals", digits=(16, 1))
    expected_revenue = fields.Monetary(compute="_compute_totals")
    expected_revenue_low = fields.Monetary(compute="_compute_totals")
    expected_revenue_high = fields.Monetary(compute="_compute_totals")
    average_confidence = fields.Float(compute="_compute_totals", digits=(16, 0))
    is_over_budget = fields.Boolean(compute="_compute_totals")
    order_count = fields.Integer("Number of Orders", compute="_compute_order_count")

    @api.depends("line_ids", "budget")
    @api.depends_context("uid")
    def _compute_totals(self):
        figures = self.env["campaign.plan.line"]._read_sums("plan_id", self.ids)
        for plan in self:
            values = figures.get(plan.id, {})
            for name in (*SUMS, *COUNTS):
                plan[name] = values.get(name, 0)
            plan.is_over_budget = 0 < plan.budget < plan.total_cost

    @api.depends("order_ids")
    @api.depends_context("uid")
    def _compute_order_count(self):
        groups = self.env["sale.order"]
        if groups.has_access("read"):
            groups = groups._read_group(
                [("campaign_plan_id", "in", self.ids)],
                ["campaign_plan_id"],
                ["__count"],
            )
        counts = {plan.id: count for plan, count in groups}
        for plan in self:
            plan.order_count = counts.get(plan.id, 0)
