from odoo import api, fields, models
from odoo.exceptions import AccessError


class SaleOrder(models.Model):
    """Orders of printed pieces know the plan and the wave that they come from."""

    _inherit = "sale.order"

    is_direct_mail = fields.Boolean(
        copy=False, index=True, help="An order of printed pieces for stores."
    )
    campaign_plan_id = fields.Many2one(
        "campaign.plan",
        "From Plan",
        index="btree_not_null",
        readonly=True,
        copy=False,
        check_company=True,
        ondelete="restrict",
    )
    campaign_wave_id = fields.Many2one(
        "campaign.plan.wave",
        "Wave",
        index="btree_not_null",
        readonly=True,
        copy=False,
        ondelete="set null",
    )
    campaign_plan_version = fields.Integer("Plan Version", readonly=True, copy=False)
    printer_id = fields.Many2one(
        "res.partner",
        compute="_compute_printer_id",
        help="The delivery address, or the printer of the settings where pieces are "
        "delivered to the customer.",
    )
    store_count = fields.Integer("Stores", compute="_compute_print_totals")
    piece_count = fields.Integer("Pieces", compute="_compute_print_totals")

    # What only plans and buttons write.
    _server_fields = ("campaign_plan_id", "campaign_wave_id", "campaign_plan_version")

    @api.depends("partner_shipping_id", "partner_id", "company_id")
    def _compute_printer_id(self):
        for order in self:
            to = order.partner_shipping_id
            own = to.commercial_partner_id == order.partner_id.commercial_partner_id
            configured = order.company_id.marketing_plan_printer_id
            order.printer_id = configured if own or not to else to

    @api.depends("order_line.product_uom_qty", "order_line.store_id")
    def _compute_print_totals(self):
        groups = self.env["sale.order.line"]._read_group(
            [("order_id", "in", self.ids), ("store_id", "!=", False)],
            ["order_id"],
            ["store_id:count_distinct", "product_uom_qty:sum"],
        )
        totals = {order.id: values for order, *values in groups}
        for order in self:
            stores, pieces = totals.get(order.id, (0, 0))
            order.store_count, order.piece_count = stores, int(pieces)

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        # not of `vals_list`: a client's context has defaults, too
        for order in orders:
            order._check_server_fields({n for n in self._server_fields if order[n]})
        return orders

    def write(self, vals):
        self._check_server_fields(set(vals))
        return super().write(vals)

    def _check_server_fields(self, names):
        told = sorted(set(self._server_fields) & names)
        if told and not self.env.su:
            raise AccessError(
                self.env._(
                    "Plan and print status of an order are changed by buttons only: "
                    "%(fields)s.",
                    fields=", ".join(told),
                )
            )

    def action_open_campaign_plan(self):
        """Open the plan that this order was created from."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "campaign.plan",
            "res_id": self.campaign_plan_id.id,
            "views": [(False, "form")],
        }
