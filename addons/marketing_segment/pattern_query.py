"""The SQL that tells how each customer bought in the last weeks and the last year.

Revenue is that of the profile: untaxed, in the company's currency at the rate of the
order, minus posted refunds. The window ends today and is counted in days of the UTC
calendar; the year is the twelve complete months before the current one. Weekends are
those of the clock of the customer, as in the profile.
"""

from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo.tools import SQL

from .profile.orders import CITY

#: Columns of `customer.behaviour` that are computed here.
FIGURES = (
    "order_count",
    "spend",
    "spend_rank",
    "active_weeks",
    "weekend_count",
    "line_count",
    "top_category_id",
    "top_category_share",
    "place_count",
    "days_since_first",
    "days_since_last",
    "months_observed",
    "year_order_count",
    "peak_month_order_count",
    "peak_to_mean",
)

_ORDERS = """
orders AS MATERIALIZED (
    SELECT o.id, buyer.commercial_partner_id AS partner_id, o.date_order,
           o.currency_id, o.amount_untaxed,
           COALESCE(NULLIF(o.currency_rate, 0), 1) AS rate,
           o.date_order >= %(since)s AS recent,
           EXTRACT(ISODOW FROM o.date_order AT TIME ZONE 'UTC'
                   AT TIME ZONE COALESCE(
                       CASE WHEN buyer.tz = ANY(%(zones)s) THEN buyer.tz END,
                       country.zone, %(zone)s)) >= 6 AS at_weekend,
           %(place)s AS place
      FROM sale_order o
      JOIN res_partner buyer ON buyer.id = o.partner_id
      LEFT JOIN res_partner delivery ON delivery.id = o.partner_shipping_id
      LEFT JOIN unnest(%(countries)s, %(country_zones)s) country (id, zone)
        ON country.id = buyer.country_id
     WHERE o.state = 'sale' AND o.company_id = %(company)s
       AND o.date_order >= LEAST(%(since)s::date, %(year_from)s::date)
), refunds AS MATERIALIZED (
    -- A refund line of several order lines is shared, never counted twice.
    SELECT o.id AS order_id, o.partner_id, o.recent,
           CASE WHEN line.is_downpayment IS NOT TRUE
                THEN template.categ_id END AS categ_id,
           SUM(CASE WHEN aml.currency_id = o.currency_id
                    THEN aml.price_subtotal / o.rate ELSE aml.balance END
               / (SELECT COUNT(*) FROM sale_order_line_invoice_rel share
                   WHERE share.invoice_line_id = aml.id)) AS amount
      FROM orders o
      JOIN sale_order_line line ON line.order_id = o.id
      JOIN sale_order_line_invoice_rel link ON link.order_line_id = line.id
      JOIN account_move_line aml
        ON aml.id = link.invoice_line_id AND aml.display_type = 'product'
      JOIN account_move move
        ON move.id = aml.move_id
       AND move.move_type = 'out_refund' AND move.state = 'posted'
      LEFT JOIN product_product product ON product.id = line.product_id
      LEFT JOIN product_template template ON template.id = product.product_tmpl_id
     GROUP BY 1, 2, 3, 4
), net AS MATERIALIZED (
    SELECT o.partner_id, o.date_order, o.recent, o.at_weekend, o.place,
           o.amount_untaxed / o.rate - COALESCE(refund.amount, 0) AS amount
      FROM orders o
      LEFT JOIN (SELECT order_id, SUM(amount) AS amount FROM refunds
                  GROUP BY order_id) refund ON refund.order_id = o.id
), unlinked AS (
    SELECT p.commercial_partner_id AS partner_id, SUM(aml.balance) AS amount
      FROM account_move move
      JOIN res_partner p ON p.id = move.partner_id
      JOIN account_move_line aml
        ON aml.move_id = move.id AND aml.display_type = 'product'
     WHERE move.move_type = 'out_refund' AND move.state = 'posted'
       AND move.company_id = %(company)s
       AND COALESCE(move.invoice_date, move.date) >= %(since)s
       AND NOT EXISTS (SELECT FROM sale_order_line_invoice_rel link
                        WHERE link.invoice_line_id = aml.id)
     GROUP BY p.commercial_partner_id
)"""

_SUMS = """
recent AS (
    SELECT partner_id, COUNT(*) AS order_count, SUM(amount) AS spend,
           COUNT(DISTINCT (%(today)s - date_order::date) / 7) AS active_weeks,
           COUNT(*) FILTER (WHERE at_weekend) AS weekend_count,
           COUNT(DISTINCT place) AS place_count
      FROM net
     WHERE recent
     GROUP BY partner_id
), categories AS MATERIALIZED (
    SELECT partner_id, categ_id, SUM(amount) AS amount, SUM(line_count) AS line_count
      FROM (SELECT o.partner_id, template.categ_id, 1 AS line_count,
                   line.price_subtotal / o.rate AS amount
              FROM orders o
              JOIN sale_order_line line
                ON line.order_id = o.id AND line.is_downpayment IS NOT TRUE
              JOIN product_product product ON product.id = line.product_id
              JOIN product_template template
                ON template.id = product.product_tmpl_id
             WHERE o.recent
             UNION ALL
            SELECT partner_id, categ_id, 0, -amount FROM refunds
             WHERE recent AND categ_id IS NOT NULL) part
     GROUP BY partner_id, categ_id
), focus AS (
    SELECT partner_id, SUM(line_count) AS line_count,
           MAX(amount) / NULLIF(SUM(GREATEST(amount, 0)), 0) AS top_category_share,
           (array_agg(categ_id ORDER BY amount DESC, categ_id))[1] AS top_category_id
      FROM categories
     GROUP BY partner_id
), months AS (
    SELECT partner_id, date_trunc('month', date_order) AS month,
           COUNT(*) AS order_count, GREATEST(SUM(amount), 0) AS amount
      FROM net
     WHERE date_order >= %(year_from)s AND date_order < %(year_to)s
     GROUP BY 1, 2
), year AS (
    SELECT partner_id, SUM(order_count) AS order_count,
           12 * MAX(amount) / NULLIF(SUM(amount), 0) AS peak_to_mean,
           (array_agg(order_count ORDER BY amount DESC, month))[1] AS peak_order_count
      FROM months
     GROUP BY partner_id
), figures AS (
    SELECT profile.partner_id, COALESCE(recent.order_count, 0) AS order_count,
           ROUND(COALESCE(recent.spend, 0) - COALESCE(unlinked.amount, 0), %(digits)s)
               AS spend,
           COALESCE(recent.active_weeks, 0) AS active_weeks,
           COALESCE(recent.weekend_count, 0) AS weekend_count,
           COALESCE(focus.line_count, 0) AS line_count,
           focus.top_category_id,
           CASE WHEN focus.top_category_share > 0
                THEN ROUND(focus.top_category_share, 4) END AS top_category_share,
           COALESCE(recent.place_count, 0) AS place_count,
           %(today)s - profile.first_order_date::date AS days_since_first,
           %(today)s - profile.last_order_date::date AS days_since_last,
           GREATEST(0, (EXTRACT(YEAR FROM %(year_to)s::date)
                        - EXTRACT(YEAR FROM profile.first_order_date)) * 12
                       + EXTRACT(MONTH FROM %(year_to)s::date)
                       - EXTRACT(MONTH FROM profile.first_order_date))
               AS months_observed,
           COALESCE(year.order_count, 0) AS year_order_count,
           COALESCE(year.peak_order_count, 0) AS peak_month_order_count,
           ROUND(year.peak_to_mean, 4) AS peak_to_mean
      FROM customer_profile profile
      LEFT JOIN recent ON recent.partner_id = profile.partner_id
      LEFT JOIN unlinked ON unlinked.partner_id = profile.partner_id
      LEFT JOIN focus ON focus.partner_id = profile.partner_id
      LEFT JOIN year ON year.partner_id = profile.partner_id
     WHERE profile.company_id = %(company)s
)"""

# The rank is that among buyers: whoever bought nothing is nobody's competitor.
_WRITE = """
written AS (
    INSERT INTO customer_behaviour (company_id, partner_id, %(columns)s)
    SELECT %(company)s, partner_id, %(values)s
      FROM (SELECT figures.*,
                   CASE WHEN spend > 0 THEN percent_rank() OVER (
                       PARTITION BY spend > 0 ORDER BY spend) END AS spend_rank
              FROM figures) ranked
     ORDER BY partner_id
    RETURNING 1
)
SELECT (SELECT COUNT(*) FROM written),
       (SELECT COUNT(DISTINCT categ_id) FROM categories WHERE line_count > 0),
       (SELECT COUNT(DISTINCT place) FROM net WHERE recent)
"""


def write_behaviour(company, today, window_days) -> SQL:
    """Return the statement that fills the empty table of a company's customers.

    It answers with one row: customers, categories sold and places in the window.
    """
    year_to = today.replace(day=1)
    parameters = {
        "company": company.id,
        **company.env["customer.profile"]._get_zone_values(company),
        "place": company.env["customer.profile"]._get_place_sql(CITY),
        "digits": company.currency_id.decimal_places,
        "today": today,
        "since": today - timedelta(days=window_days),
        "year_from": year_to - relativedelta(months=12),
        "year_to": year_to,
        "columns": SQL(", ").join(map(SQL.identifier, FIGURES)),
        "values": SQL(", ").join(SQL.identifier("ranked", name) for name in FIGURES),
    }
    parts = (SQL(part, **parameters) for part in (_ORDERS, _SUMS, _WRITE))
    return SQL("WITH %s", SQL(", ").join(parts))
