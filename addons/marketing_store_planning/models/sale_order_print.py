from odoo import fields, models
from odoo.exceptions import UserError

#: The way of printed pieces; each step follows the one before it.
STEPS = (False, "printing", "shipped", "delivered")


class SaleOrder(models.Model):
    """Printing, shipped, delivered: what happens to pieces after the confirmation.

    Odoo's own status says what was agreed. This one says where the pieces are.
    """

    _inherit = "sale.order"

    print_state = fields.Selection(
        [
            ("printing", "Printing"),
            ("shipped", "Shipped"),
            ("delivered", "Delivered"),
        ],
        "Print Status",
        copy=False,
        readonly=True,
        tracking=True,
        help="Where the printed pieces are, beside the status of the order itself. "
        "Empty: not with the printer yet.",
    )
    print_start_date = fields.Datetime("Printing Since", copy=False, readonly=True)
    print_shipped_date = fields.Datetime("Shipped On", copy=False, readonly=True)
    print_delivered_date = fields.Datetime("Delivered On", copy=False, readonly=True)

    _server_fields = (
        "campaign_plan_id",
        "campaign_wave_id",
        "campaign_plan_version",
        "print_state",
        "print_start_date",
        "print_shipped_date",
        "print_delivered_date",
    )
    _print_dates = {
        "printing": "print_start_date",
        "shipped": "print_shipped_date",
        "delivered": "print_delivered_date",
    }

    def action_print_start(self):
        self._move_print("printing")

    def action_print_ship(self):
        self._move_print("shipped")

    def action_print_deliver(self):
        """The pieces are there; lines that say nothing else were delivered in full."""
        self._move_print("delivered")
        for line in self.order_line:
            if line._is_delivered_by_hand() and not line.qty_delivered:
                line.qty_delivered = line.product_uom_qty

    def action_print_back(self):
        """Take the last step back; delivered pieces stay as they are entered."""
        for order in self._lock_for_print():
            state = order.print_state
            if not state:
                raise UserError(
                    self.env._("%s is not with the printer yet.", order.name)
                )
            before = STEPS[STEPS.index(state) - 1]
            order._write_print({"print_state": before, self._print_dates[state]: False})

    def action_draft(self):
        """What becomes a quotation again is not with the printer."""
        result = super().action_draft()
        again = self.filtered(
            lambda order: order.print_state and order.state == "draft"
        )
        for order in again:
            blank = dict.fromkeys(["print_state", *self._print_dates.values()], False)
            order._write_print(blank)
        return result

    def _move_print(self, state):
        """Take the next step of each order, or none where one of them cannot."""
        before = STEPS[STEPS.index(state) - 1]
        orders = self._lock_for_print()
        labels = dict(self._fields["print_state"]._description_selection(self.env))
        for order in orders:
            if order.print_state != before:
                raise UserError(
                    self.env._(
                        "%(order)s cannot become “%(wanted)s”: its print status is "
                        "“%(now)s”.",
                        order=order.name,
                        wanted=labels[state],
                        now=labels.get(order.print_state, self.env._("not printed")),
                    )
                )
        for order in orders:
            date = self._print_dates[state]
            order._write_print({"print_state": state, date: fields.Datetime.now()})

    def _lock_for_print(self):
        """Return these orders, locked, as they are in the database now."""
        self.check_access("write")
        self.lock_for_update(allow_referencing=True)
        self.invalidate_recordset(["state", "print_state"])
        for order in self:
            if not order.is_direct_mail:
                raise UserError(
                    self.env._("%s is no order of printed pieces.", order.name)
                )
            if order.state != "sale":
                raise UserError(
                    self.env._(
                        "%s is not confirmed: only confirmed orders are printed.",
                        order.name,
                    )
                )
        return self

    def _write_print(self, values):
        """Write, and enter the change in the audit log."""
        log = self.env["marketing.audit.log"]
        change = [self.print_state or None, values["print_state"] or None]
        log._record("print_status_changed", self, {"print_state": change})
        # superuser: people change the print status by the buttons only
        self.sudo().write(values)
