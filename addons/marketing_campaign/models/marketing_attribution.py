from odoo import fields, models


class MarketingAttribution(models.Model):
    """One row an order: the campaign whose last human click earned it.

    Written by set-based SQL only (see `marketing_attribution_refresh.py`); the row of
    an order that stops qualifying disappears.
    """

    _name = "marketing.attribution"
    _description = "Attributed Order"
    _order = "order_date desc, id desc"
    _rec_name = "order_id"
    _log_access = False

    order_id = fields.Many2one(
        "sale.order", "Order", required=True, readonly=True, ondelete="cascade"
    )
    campaign_id = fields.Many2one(
        "email.campaign",
        "Campaign",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    recipient_id = fields.Many2one(
        "campaign.recipient",
        "Message",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    # A number, not a reference: the table of clicks is rebuilt from the event log.
    click_id = fields.Integer("Click", readonly=True)
    partner_id = fields.Many2one(
        "res.partner", "Customer", readonly=True, index=True, ondelete="set null"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    revenue = fields.Monetary(
        readonly=True,
        help="Untaxed total at the order's rate, less posted refunds of its lines.",
    )
    order_date = fields.Datetime(readonly=True, index=True)
    clicked_at = fields.Datetime("Last Click", readonly=True)
    attributed_at = fields.Datetime("Credited", readonly=True)

    _order_uniq = models.Constraint(
        "UNIQUE(order_id)", "An order counts for one campaign."
    )

    def action_open_order(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "sale.order",
            "res_id": self.order_id.id,
            "views": [(False, "form")],
        }
