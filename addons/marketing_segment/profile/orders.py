"""What was ordered and given back: money, dates, and the days between orders.

Amounts of lines are whole millionths in a float: such sums are exact up to 9 billion,
so that they do not depend on the order of rows, and much faster than decimals.
"""

from odoo.tools import SQL

#: The city that an order went to.
CITY = SQL("NULLIF(LOWER(BTRIM(delivery.city)), '')")

# `local_at` is the time on the customer's own clock, `place` where it was bought; both
# are asked for the last 365 days only.
ORDERS = """
orders AS MATERIALIZED (
    SELECT p.commercial_partner_id AS partner_id, o.id, o.date_order, o.currency_id,
           o.date_order >= %(since)s AS recent, o.amount_untaxed,
           COALESCE(NULLIF(o.currency_rate, 0), 1) AS rate, o.source_id, o.campaign_id,
           CASE WHEN o.date_order >= %(since)s
                THEN (o.date_order AT TIME ZONE 'UTC') AT TIME ZONE COALESCE(
                    CASE WHEN p.tz = ANY(%(zones)s) THEN p.tz END,
                    country.zone, %(zone)s) END AS local_at,
           CASE WHEN o.date_order >= %(since)s
                THEN %(place)s END AS place
      FROM sale_order o
      JOIN res_partner p ON p.id = o.partner_id
      LEFT JOIN unnest(%(countries)s, %(country_zones)s) country (id, zone)
        ON country.id = p.country_id
      LEFT JOIN res_partner delivery ON delivery.id = o.partner_shipping_id
     WHERE o.state = 'sale' AND o.company_id = %(company)s AND %(customers)s
), lines AS MATERIALIZED (
    SELECT o.partner_id, o.id AS order_id, o.recent, line.product_id,
           template.categ_id, COALESCE(line.discount, 0) AS discount,
           o.amount_untaxed / o.rate AS order_amount,
           (line.price_subtotal / o.rate * 1e6)::bigint::float8 AS amount,
           (line.product_uom_qty * 1e6)::bigint::float8 AS quantity,
           -- a cost of 0 is one that nobody entered
           CASE WHEN line.purchase_price > 0
                THEN (line.purchase_price * line.product_uom_qty / o.rate * 1e6
                     )::bigint::float8 END AS cost
      FROM orders o
      JOIN sale_order_line line
        ON line.order_id = o.id AND line.is_downpayment IS NOT TRUE
      JOIN product_product product ON product.id = line.product_id
      JOIN product_template template ON template.id = product.product_tmpl_id
)"""

REFUNDS = """
refunded AS (
    -- A refund line of several order lines is shared, never counted twice.
    SELECT partner_id, recent, categ_id, day, SUM(amount) AS amount,
           SUM(ROUND(amount, 6)) AS exact,
           SUM((amount * 1e6)::bigint::float8) AS goods,
           SUM((amount * 1e6)::bigint::float8) FILTER (WHERE cost_rate > 0) AS costed,
           -- what comes back is worth its cost again
           SUM((amount * cost_rate * 1e6)::bigint::float8)
               FILTER (WHERE cost_rate > 0) AS cost
      FROM (
           SELECT o.partner_id, o.recent, o.date_order::date AS day,
                  CASE WHEN line.is_downpayment IS NOT TRUE
                       THEN template.categ_id END AS categ_id,
                  CASE WHEN aml.currency_id = o.currency_id
                       THEN aml.price_subtotal / o.rate ELSE aml.balance END
                  / (SELECT COUNT(*) FROM sale_order_line_invoice_rel share
                      WHERE share.invoice_line_id = aml.id) AS amount,
                  line.purchase_price * line.product_uom_qty
                      / NULLIF(line.price_subtotal, 0) AS cost_rate
             FROM orders o
             JOIN sale_order_line line ON line.order_id = o.id
             JOIN sale_order_line_invoice_rel link ON link.order_line_id = line.id
             JOIN account_move_line aml
               ON aml.id = link.invoice_line_id AND aml.display_type = 'product'
             JOIN account_move move
               ON move.id = aml.move_id
              AND move.move_type = 'out_refund' AND move.state = 'posted'
             LEFT JOIN product_product product ON product.id = line.product_id
             LEFT JOIN product_template template
               ON template.id = product.product_tmpl_id
           ) returned
     GROUP BY 1, 2, 3, 4
), unlinked AS (
    SELECT p.commercial_partner_id AS partner_id,
           COALESCE(move.invoice_date, move.date) AS day, SUM(aml.balance) AS amount,
           SUM(aml.balance) FILTER (
               WHERE COALESCE(move.invoice_date, move.date) >= %(since)s) AS recent
      FROM account_move move
      JOIN res_partner p ON p.id = move.partner_id
      JOIN account_move_line aml
        ON aml.move_id = move.id AND aml.display_type = 'product'
     WHERE move.move_type = 'out_refund' AND move.state = 'posted'
       AND move.company_id = %(company)s AND %(customers)s
       AND NOT EXISTS (SELECT FROM sale_order_line_invoice_rel link
                        WHERE link.invoice_line_id = aml.id)
     GROUP BY 1, 2
)"""

# The source of the first order: the least of (time, id) with what was stored beside it.
TOTALS = """
totals AS (
    SELECT o.partner_id, COUNT(*)::int AS order_count,
           SUM(o.amount_untaxed / o.rate) AS revenue,
           MIN(o.date_order) AS first_order_date,
           MAX(o.date_order) AS last_order_date,
           COUNT(*) FILTER (WHERE o.recent)::int AS frequency,
           SUM(o.amount_untaxed / o.rate) FILTER (WHERE o.recent) AS monetary,
           COUNT(*) FILTER (WHERE EXTRACT(ISODOW FROM o.local_at) > 5)::int
               AS weekend_orders,
           MIN(ARRAY[EXTRACT(EPOCH FROM o.date_order)::bigint, o.id,
                     COALESCE(o.source_id, 0), COALESCE(o.campaign_id, 0)])
               FILTER (WHERE o.source_id IS NOT NULL OR o.campaign_id IS NOT NULL)
               AS first_source
      FROM orders o
     GROUP BY o.partner_id
), parts AS (
    SELECT partner_id, revenue, COALESCE(monetary, 0) AS monetary,
           NULL::float8 AS costed, NULL::float8 AS cost
      FROM totals
     UNION ALL
    SELECT partner_id, -amount, CASE WHEN recent THEN -amount ELSE 0 END, -costed, -cost
      FROM refunded
     UNION ALL
    SELECT partner_id, -amount, -COALESCE(recent, 0), NULL, NULL FROM unlinked
     UNION ALL
    SELECT partner_id, NULL, NULL, costed, cost FROM spent
), money AS (
    SELECT partner_id, ROUND(SUM(revenue), %(digits)s) AS revenue,
           ROUND(SUM(monetary), %(digits)s) AS monetary,
           SUM(costed) AS costed, SUM(cost) AS cost
      FROM parts
     GROUP BY partner_id
), days AS (
    SELECT DISTINCT partner_id, date_order::date AS day FROM orders
), gaps AS (
    SELECT partner_id,
           day - LAG(day) OVER (PARTITION BY partner_id ORDER BY day) AS gap
      FROM days
), rhythms AS (
    SELECT partner_id, COUNT(*)::int AS gaps,
           (percentile_cont(0.5) WITHIN GROUP (ORDER BY gap))::numeric AS gap
      FROM gaps
     WHERE gap IS NOT NULL
     GROUP BY partner_id
)"""
