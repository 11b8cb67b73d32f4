from odoo import api, fields, models


class StoreCampaignResult(models.Model):
    """What one creative did in one store in one period: the matrix learns from it."""

    _name = "store.campaign.result"
    _description = "Store Campaign Result"
    _order = "period_start desc, store_id, creative_id, id"
    _rec_name = "store_id"
    _check_company_auto = True

    store_id = fields.Many2one(
        "marketing.store",
        required=True,
        check_company=True,
        ondelete="restrict",
    )
    creative_id = fields.Many2one(
        "store.creative",
        required=True,
        index=True,
        check_company=True,
        ondelete="restrict",
    )
    period_start = fields.Date("From", required=True, index=True)
    period_end = fields.Date("To", required=True)
    pieces = fields.Integer()
    responses = fields.Integer(help="Customers who came back with the piece.")
    conversions = fields.Integer(help="Customers among them who bought.")
    revenue = fields.Monetary()
    cost = fields.Monetary(help="Of print and postage.")
    source = fields.Selection(
        [
            ("order", "From orders"),
            ("coupon", "From coupons"),
            ("import", "Imported"),
            ("derived", "Derived (demo)"),
        ],
        required=True,
        default="import",
    )
    source_key = fields.Char(
        readonly=True,
        copy=False,
        help="The drop whose orders it comes from; empty for what people enter.",
    )
    incomplete = fields.Selection(
        [("unknown", "Not measured"), ("open", "Still coming in")],
        readonly=True,
        copy=False,
        help="Why the responses say nothing yet: no coupon code was printed, or the "
        "days in which they are counted are not over. The matrix learns from "
        "complete results only.",
    )
    is_derived = fields.Boolean(
        "Derived",
        help="Some of its figures were not observed but worked out from others.",
    )
    derived_note = fields.Char(help="Which figures were worked out, and how.")
    is_randomised = fields.Boolean(
        "Randomised",
        help="Store or creative was chosen by lot: only these may move what we believe "
        "to be the effect of a planner's choice.",
    )
    is_holdout = fields.Boolean(
        "Control",
        help="The store got nothing on purpose; its sales show what is usual.",
    )
    plan_line_id = fields.Many2one(
        "campaign.plan.line", "Plan Line", index="btree_not_null", ondelete="set null"
    )
    region_id = fields.Many2one(
        related="store_id.region_id", store=True, index="btree_not_null"
    )
    store_type_id = fields.Many2one(related="store_id.store_type_id", store=True)
    state_id = fields.Many2one(related="store_id.state_id", store=True)
    company_id = fields.Many2one(
        related="store_id.company_id", store=True, precompute=True, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    conversion_rate = fields.Float(
        compute="_compute_conversion_rate", help="Conversions a piece."
    )

    _once = models.UniqueIndex(
        "(store_id, creative_id, period_start, source) WHERE source_key IS NULL",
        "This store already has a result of this creative, start and source.",
    )
    _once_a_drop = models.UniqueIndex(
        "(source_key) WHERE source_key IS NOT NULL",
        "This drop already has its result.",
    )
    _counts_positive = models.Constraint(
        "CHECK (pieces >= 0 AND responses >= 0 AND conversions >= 0 AND cost >= 0)",
        "Pieces, responses, conversions and cost cannot be negative.",
    )
    _period_order = models.Constraint(
        "CHECK (period_end >= period_start)", "The period ends before it starts."
    )

    @api.depends("pieces", "conversions")
    def _compute_conversion_rate(self):
        for result in self:
            pieces = result.pieces
            result.conversion_rate = result.conversions / pieces if pieces else 0.0
