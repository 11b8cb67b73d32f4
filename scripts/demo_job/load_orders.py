"""Baskets of the demo as confirmed sale orders, set-based."""

from odoo.fields import Command
from odoo.tools import SQL

from demo_job.clone import clone_rows

BASKETS = """
    CREATE TEMP TABLE basket AS
    SELECT b.*, p.partner_id, t.total,
           nextval('sale_order_id_seq')::int order_id
    FROM stage_basket b
    JOIN person p USING (household_id)
    JOIN (SELECT basket_id, sum(sales_value) total
          FROM stage_line GROUP BY 1) t USING (basket_id)
"""
ORDER = {
    "id": "s.order_id",
    "name": "'CJ' || s.basket_id",
    "partner_id": "s.partner_id",
    "partner_invoice_id": "s.partner_id",
    "partner_shipping_id": "s.partner_id",
    "date_order": "s.bought_at",
    "create_date": "s.bought_at",
    "write_date": "s.bought_at",
    "amount_untaxed": "s.total",
    "amount_tax": "0",
    "amount_total": "s.total",
    "margin": "round(s.total * 0.3, 2)",
    "margin_percent": "0.3",
    "access_token": "NULL",
}
LINES = """
    SELECT l.*, b.order_id, b.partner_id, b.bought_at, a.variant_id, a.label,
           round(l.sales_value / l.quantity, 4) unit
    FROM stage_line l
    JOIN basket b USING (basket_id)
    JOIN article a USING (product_id)
"""
LINE = {
    "id": "nextval('sale_order_line_id_seq')",
    "order_id": "s.order_id",
    "order_partner_id": "s.partner_id",
    "product_id": "s.variant_id",
    "name": "s.label",
    "product_uom_qty": "s.quantity",
    "qty_to_invoice": "s.quantity",
    "price_unit": "s.unit",
    "technical_price_unit": "s.unit",
    "price_reduce_taxexcl": "s.unit",
    "price_reduce_taxinc": "s.unit",
    "price_subtotal": "s.sales_value",
    "price_total": "s.sales_value",
    "price_tax": "0",
    "untaxed_amount_to_invoice": "s.sales_value",
    "purchase_price": "round(s.unit * 0.7, 4)",
    "margin": "round(s.sales_value * 0.3, 2)",
    "margin_percent": "0.3",
    "create_date": "s.bought_at",
    "write_date": "s.bought_at",
}


def load_orders(env, product) -> tuple[int, int]:
    """Insert one confirmed order a basket; return (orders, lines)."""
    model = _confirm_model(env, product)
    env.cr.execute(BASKETS)
    env.cr.execute("CREATE UNIQUE INDEX ON basket (basket_id)")
    baskets = SQL("SELECT * FROM basket")
    orders = clone_rows(env.cr, "sale_order", model.id, baskets, ORDER)
    lines = clone_rows(env.cr, "sale_order_line", model.order_line.id, SQL(LINES), LINE)
    _discard_model(model, product)
    return orders, lines


def _confirm_model(env, product):
    """Confirm one order by the ORM: the row that all others are copied from."""
    partner = env["res.partner"].create({"name": "Demo order"})
    line = {"product_id": product.id, "price_unit": 1.0, "tax_ids": False}
    order = env["sale.order"].create(
        {"partner_id": partner.id, "order_line": [Command.create(line)]}
    )
    order.with_context(mail_notrack=True).action_confirm()
    env.flush_all()
    return order


def _discard_model(order, product) -> None:
    partner = order.partner_id
    order._action_cancel()
    order.unlink()
    product.product_tmpl_id.unlink()
    partner.unlink()
