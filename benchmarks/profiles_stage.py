"""Customers and orders of the profile benchmark, written once a database."""

from odoo.tools import SQL

CATEGORIES = 10
PRODUCTS = 20  # in each


def get_company(env, customers, orders):
    """Return the company with this many customers and orders, made on first use."""
    name = f"Profiles with habits {customers}/{orders}"
    company = env["res.company"].search([("name", "=", name)])
    return company or _create_company(env, name, customers, orders)


def _create_company(env, name, customers, orders):
    company = env["res.company"].create({"name": name})
    env.flush_all()
    first = _insert_customers(env.cr, name, customers)
    _insert_orders(env.cr, company, first, customers, orders)
    _insert_lines(env, company)
    _insert_engagement(env.cr, company, first, customers)
    env.cr.commit()
    env.cr.execute(
        """ANALYZE res_partner, sale_order, sale_order_line, product_product,
               customer_engagement"""
    )
    # of the triggers, which a shop pays order by order
    env.cr.execute("TRUNCATE customer_profile_dirty")
    env.cr.commit()
    return company


def _insert_customers(cr, name, number):
    """Return the first of `number` consecutive ids."""
    cr.execute(
        """
        INSERT INTO res_partner (name, active, type, autopost_bills, city,
            email_normalized, tz)
        SELECT %s, TRUE, 'contact', 'ask', 'City ' || number %% 500,
               number || (ARRAY['@gmail.com', '@yahoo.fr', '@live.com', '@shop.test',
                                '@firm.test'])[1 + number %% 5],
               (ARRAY['Europe/Brussels', 'Europe/London', NULL])[1 + number %% 3]
          FROM generate_series(1, %s) number
        """,
        [name, number],
    )
    cr.execute(
        "UPDATE res_partner SET commercial_partner_id = id WHERE name = %s", [name]
    )
    cr.execute("SELECT min(id) FROM res_partner WHERE name = %s", [name])
    return cr.fetchone()[0]


def _insert_orders(cr, company, first, customers, orders):
    cr.execute("SELECT setseed(0.5)")
    cr.execute(
        """
        INSERT INTO sale_order (name, partner_id, partner_invoice_id,
            partner_shipping_id, company_id, currency_id, currency_rate, state,
            date_order, amount_untaxed, source_id)
        SELECT 'B', pick.id, pick.id, pick.id, %s, %s, 1, 'sale',
               date_trunc('second', now() - random() * interval '700 days'),
               round((random() * 200)::numeric, 2),
               CASE WHEN random() < 0.3
                    THEN (SELECT min(id) FROM utm_source) END
          FROM (SELECT %s + floor(random() * %s)::int AS id
                  FROM generate_series(1, %s)) pick
        """,
        [company.id, company.currency_id.id, first, customers, orders],
    )


def _insert_lines(env, company):
    categories = env["product.category"].create(
        [{"name": f"Benchmark {number}"} for number in range(CATEGORIES)]
    )
    products = env["product.product"].create(
        [
            {"name": "Benchmark", "categ_id": category.id}
            for category in categories
            for _product in range(PRODUCTS)
        ]
    )
    env.flush_all()
    env.cr.execute(
        SQL(
            """
            INSERT INTO sale_order_line (order_id, company_id, product_id,
                product_uom_id, name, product_uom_qty, price_unit, price_subtotal,
                discount, purchase_price, customer_lead, state)
            SELECT id, company_id, (%s::int[])[1 + floor(random() * %s)::int], %s,
                   'B', 1 + id %% 3, amount_untaxed, amount_untaxed,
                   CASE WHEN id %% 4 = 0 THEN 20 ELSE 0 END,
                   round(amount_untaxed / 5, 2), 0, 'sale'
              FROM sale_order WHERE company_id = %s
            """,
            products.ids,
            len(products),
            products.uom_id.id,
            company.id,
        )
    )


def _insert_engagement(cr, company, first, customers):
    """Three of four have had messages."""
    cr.execute(
        """
        INSERT INTO customer_engagement (partner_id, company_id, delivered_count,
            returned_count, open_count, click_count, conversion_count,
            unsubscribe_count, desktop_count, mobile_count, tablet_count,
            last_open_at, last_click_at)
        SELECT id, %s, 20, id %% 2, id %% 9, id %% 4, 0, 0, id %% 3, id %% 5, 0,
               now() - random() * interval '90 days', NULL
          FROM generate_series(%s, %s) id
         WHERE id %% 4 > 0
        """,
        [company.id, first, first + customers - 1],
    )
