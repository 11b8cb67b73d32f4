from odoo import models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _record_purchases(self):
        """The event log cannot be undone: no sample order gets into it."""
        samples = self.env["marketing.sample"]._get_marked_ids("sale.order", self.ids)
        real = self.filtered(lambda order: order.id not in samples)
        return super(SaleOrder, real)._record_purchases() if real else 0
