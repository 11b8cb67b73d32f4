from odoo import api, fields, models

from ..plan_rows import MAX_QUANTITY


class CampaignOrderCreateLine(models.TransientModel):
    """One store of an order that somebody makes by hand."""

    _name = "campaign.order.create.line"
    _description = "Store to Order For"
    _order = "create_id, store_number, id"

    create_id = fields.Many2one(
        "campaign.order.create", required=True, index=True, ondelete="cascade"
    )
    store_id = fields.Many2one("marketing.store", required=True, ondelete="cascade")
    store_number = fields.Char(related="store_id.number", store=True)
    region_id = fields.Many2one(related="store_id.region_id")
    state_id = fields.Many2one(related="store_id.state_id", string="State")
    households = fields.Integer(related="store_id.households")
    creative_id = fields.Many2one(
        "store.creative",
        domain="[('company_id', '=', company_id), ('state', '!=', 'retired')]",
    )
    quantity = fields.Integer("Pieces")
    last_quantity = fields.Integer("Last Drop", readonly=True)
    quantity_limit = fields.Integer(readonly=True)
    unit_price = fields.Float(
        "Price a Piece", compute="_compute_amount", digits=(16, 4)
    )
    amount = fields.Monetary(compute="_compute_amount")
    is_over_limit = fields.Boolean(compute="_compute_is_over_limit")
    company_id = fields.Many2one(related="create_id.company_id")
    currency_id = fields.Many2one(related="create_id.currency_id")

    _quantity_range = models.Constraint(
        f"CHECK (quantity BETWEEN 0 AND {MAX_QUANTITY})",
        "A number of pieces cannot be negative, nor more than ten million.",
    )

    @api.depends("quantity", "quantity_limit")
    def _compute_is_over_limit(self):
        for line in self:
            line.is_over_limit = line.quantity > line.quantity_limit > 0

    @api.depends(
        "creative_id",
        "quantity",
        "create_id.date_planned",
        "create_id.line_ids.creative_id",
        "create_id.line_ids.quantity",
    )
    def _compute_amount(self):
        """All pieces of a creative are printed together: their number is the price."""
        prices = {order: order._read_prices() for order in self.create_id}
        for line in self:
            price = prices.get(line.create_id, {}).get(line.creative_id) or 0.0
            line.unit_price, line.amount = price, price * line.quantity
