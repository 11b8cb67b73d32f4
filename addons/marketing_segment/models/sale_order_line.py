from odoo import models


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    # conditions on products and categories read this instead of the lines
    _bought_idx = models.Index(
        "(product_id, order_id)"
        " INCLUDE (product_uom_qty, price_subtotal, is_downpayment)"
        " WHERE product_id IS NOT NULL"
    )
