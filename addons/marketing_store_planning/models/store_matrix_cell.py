from odoo import api, fields, models

from .campaign_plan_line import AI_STATUSES


class StoreMatrixCell(models.Model):
    """One creative in one store; of each store one cell is the recommended one."""

    _name = "store.matrix.cell"
    _description = "Matrix Cell"
    _inherit = ["store.matrix.words"]
    _order = "matrix_id, store_id, creative_id"
    _rec_name = "store_id"
    _log_access = False

    matrix_id = fields.Many2one("store.matrix", required=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, index=True)
    store_id = fields.Many2one("marketing.store", required=True, ondelete="cascade")
    creative_id = fields.Many2one(
        "store.creative", required=True, index=True, ondelete="cascade"
    )
    region_id = fields.Many2one(
        "marketing.store.region", index="btree_not_null", ondelete="set null"
    )
    state_id = fields.Many2one(
        "res.country.state", index="btree_not_null", ondelete="set null"
    )
    group_ids = fields.Many2many(related="store_id.group_ids")
    is_recommended = fields.Boolean("Recommended")
    is_allowed = fields.Boolean(
        "Possible", help="In season, and made for stores of this type."
    )
    status = fields.Selection(AI_STATUSES)
    quantity = fields.Integer("Pieces")
    confidence = fields.Float(
        digits=(16, 0),
        aggregator="avg",
        help="Probability in percent that the drop earns more than it costs.",
    )
    expected_rate = fields.Float("Conversions a Piece", digits=(16, 5), aggregator=None)
    expected_rate_low = fields.Float("Rate, Low", digits=(16, 5), aggregator=None)
    expected_rate_high = fields.Float("Rate, High", digits=(16, 5), aggregator=None)
    conversion_value = fields.Monetary("Revenue a Conversion", aggregator=None)
    expected_profit = fields.Monetary(help="Margin less cost of the pieces.")
    cost = fields.Monetary()
    score_store = fields.Float("Store Performance", digits=(16, 0), aggregator="avg")
    score_creative = fields.Float("Creative Fit", digits=(16, 0), aggregator="avg")
    score_region = fields.Float("Geographic Fit", digits=(16, 0), aggregator="avg")
    score_timing = fields.Float("Timing", digits=(16, 0), aggregator="avg")
    drop_count = fields.Integer("Past Drops", help="Of the store.", aggregator=None)
    pieces_total = fields.Integer("Past Pieces", aggregator=None)
    risk_count = fields.Integer("Risks")
    reasoning = fields.Json("Raw Reasoning")
    reasoning_text = fields.Text("Reasoning", compute="_compute_reasoning_text")
    currency_id = fields.Many2one(related="company_id.currency_id")

    _once = models.UniqueIndex("(store_id, creative_id)")
    _by_status = models.Index(
        "(matrix_id, status, confidence DESC) WHERE is_recommended"
    )

    @api.depends("reasoning")
    @api.depends_context("lang")
    def _compute_reasoning_text(self):
        for cell in self:
            cell.reasoning_text = "\n".join(cell._describe_all(cell.reasoning))
