from odoo import models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    # conditions on purchases of a period read this instead of the orders
    _bought_idx = models.Index(
        "(company_id, date_order) INCLUDE (id, partner_id, currency_rate)"
        " WHERE state = 'sale'"
    )
