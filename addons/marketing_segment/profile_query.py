"""The SQL that turns orders and refunds into one profile row a customer.

Definitions: revenue is the untaxed total of orders in state `sale`, in the company's
currency at the rate of the order, minus posted refunds. A refund linked to order lines
counts at the date and rate of the order (its own balance when it is in another
currency), an unlinked one at its own date. Frequency and monetary value look back
`WINDOW_DAYS` days, recency counts whole days, all by the UTC calendar.
"""

from datetime import timedelta
from itertools import product

from odoo.tools import SQL

from odoo.addons.marketing_engine import rfm

WINDOW_DAYS = 365

#: Everything that is computed, in the order of the `fresh` columns below.
COMPUTED = (
    "currency_id",
    "order_count",
    "revenue",
    "average_order",
    "first_order_date",
    "last_order_date",
    "acquisition_date",
    "recency_days",
    "frequency",
    "monetary",
    "recency_score",
    "frequency_score",
    "monetary_score",
    "rfm_code",
    "rfm_segment",
    "favourite_category_id",
)

_FACTS = """
orders AS (
    SELECT p.commercial_partner_id AS partner_id, o.id, o.date_order, o.currency_id,
           o.date_order >= %(since)s AS recent, o.amount_untaxed,
           COALESCE(NULLIF(o.currency_rate, 0), 1) AS rate
      FROM sale_order o
      JOIN res_partner p ON p.id = o.partner_id
     WHERE o.state = 'sale' AND o.company_id = %(company)s AND %(customers)s
), refunded AS (
    -- A refund line of several order lines is shared, never counted twice.
    SELECT o.partner_id, o.recent,
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
     GROUP BY 1, 2, 3
), unlinked AS (
    SELECT p.commercial_partner_id AS partner_id, SUM(aml.balance) AS amount,
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
     GROUP BY p.commercial_partner_id
), category_amounts AS (
    SELECT o.partner_id, template.categ_id, o.recent,
           SUM(line.price_subtotal / o.rate) AS amount
      FROM orders o
      JOIN sale_order_line line
        ON line.order_id = o.id AND line.is_downpayment IS NOT TRUE
      JOIN product_product product ON product.id = line.product_id
      JOIN product_template template ON template.id = product.product_tmpl_id
     GROUP BY 1, 2, 3
     UNION ALL
    SELECT partner_id, categ_id, recent, -amount FROM refunded
), category_revenue AS (
    SELECT partner_id, categ_id, SUM(amount) AS ever,
           SUM(amount) FILTER (WHERE recent) AS recent
      FROM category_amounts
     WHERE categ_id IS NOT NULL
     GROUP BY partner_id, categ_id
), favourite AS (
    -- Most revenue in the window; without any there, most revenue ever.
    SELECT DISTINCT ON (partner_id) partner_id, categ_id
      FROM category_revenue
     WHERE ever > 0 OR recent > 0
     ORDER BY partner_id, GREATEST(recent, 0) DESC, ever DESC, categ_id
), totals AS (
    SELECT o.partner_id, COUNT(*)::int AS order_count,
           SUM(o.amount_untaxed / o.rate) AS revenue,
           MIN(o.date_order) AS first_order_date,
           MAX(o.date_order) AS last_order_date,
           COUNT(*) FILTER (WHERE o.recent)::int AS frequency,
           SUM(o.amount_untaxed / o.rate) FILTER (WHERE o.recent) AS monetary
      FROM orders o
     GROUP BY o.partner_id
), parts AS (
    -- One GROUP BY instead of joins: nothing is known about the size of these
    -- intermediate results, and a nested loop over two of them would be quadratic.
    SELECT partner_id, order_count, frequency, first_order_date, last_order_date,
           revenue, COALESCE(monetary, 0) AS monetary, NULL::int AS categ_id
      FROM totals
     UNION ALL
    SELECT partner_id, NULL, NULL, NULL, NULL, -amount,
           CASE WHEN recent THEN -amount ELSE 0 END, NULL
      FROM refunded
     UNION ALL
    SELECT partner_id, NULL, NULL, NULL, NULL, -amount, -COALESCE(recent, 0), NULL
      FROM unlinked
     UNION ALL
    SELECT partner_id, NULL, NULL, NULL, NULL, NULL, NULL, categ_id FROM favourite
), facts AS (
    SELECT partner_id, MAX(order_count) AS order_count, MAX(frequency) AS frequency,
           MAX(first_order_date) AS first_order_date,
           MAX(last_order_date) AS last_order_date,
           GREATEST(%(today)s - MAX(last_order_date)::date, 0) AS recency_days,
           ROUND(SUM(revenue), %(digits)s) AS revenue,
           ROUND(SUM(monetary), %(digits)s) AS monetary,
           MAX(categ_id) AS favourite_category_id
      FROM parts
     GROUP BY partner_id
    HAVING MAX(order_count) > 0
)"""

# percent_rank() * 5 in whole numbers: no score depends on the rounding of a division.
_RANKED = """
ranked AS (
    SELECT facts.*, COUNT(*) OVER () - 1 AS others,
           RANK() OVER (ORDER BY recency_days DESC) - 1 AS recency_rank,
           RANK() OVER (ORDER BY frequency) - 1 AS frequency_rank,
           RANK() OVER (ORDER BY monetary) - 1 AS monetary_rank
      FROM facts
), scored AS (
    SELECT ranked.*,
           LEAST(5, 1 + 5 * recency_rank / GREATEST(others, 1))::int AS recency_score,
           LEAST(5, 1 + 5 * frequency_rank / GREATEST(others, 1))::int
               AS frequency_score,
           LEAST(5, 1 + 5 * monetary_rank / GREATEST(others, 1))::int AS monetary_score
      FROM ranked
)"""

# Scores and where each begins, both ascending, read once: so many beginnings are at
# most a customer's value, and the last of them is the score. Few days score high.
_BY_CUTS = """
cuts AS MATERIALIZED (
    SELECT array_agg(score ORDER BY score) FILTER (WHERE recency) AS recency,
           array_agg(-value ORDER BY score) FILTER (WHERE recency) AS recency_from,
           array_agg(score ORDER BY score) FILTER (WHERE frequency) AS frequency,
           array_agg(value ORDER BY score) FILTER (WHERE frequency) AS frequency_from,
           array_agg(score ORDER BY score) FILTER (WHERE monetary) AS monetary,
           array_agg(value ORDER BY score) FILTER (WHERE monetary) AS monetary_from
      FROM (SELECT score, value::numeric, dimension = 'recency' AS recency,
                   dimension = 'frequency' AS frequency,
                   dimension = 'monetary' AS monetary
              FROM customer_profile_cut WHERE company_id = %(company)s) cut
), scored AS (
    SELECT facts.*,
           COALESCE(cuts.recency[width_bucket(
               -facts.recency_days::numeric, recency_from)], 1) AS recency_score,
           COALESCE(cuts.frequency[width_bucket(
               facts.frequency::numeric, frequency_from)], 1) AS frequency_score,
           COALESCE(cuts.monetary[width_bucket(
               facts.monetary::numeric, monetary_from)], 1) AS monetary_score
      FROM facts CROSS JOIN cuts
)"""

_FRESH = """
fresh AS MATERIALIZED (
    SELECT scored.partner_id, %(currency)s::int AS currency_id, order_count, revenue,
           ROUND(revenue / order_count, %(digits)s) AS average_order,
           first_order_date, last_order_date,
           first_order_date::date AS acquisition_date,
           recency_days, frequency, monetary,
           recency_score, frequency_score, monetary_score,
           CONCAT(recency_score, frequency_score, monetary_score) AS rfm_code,
           (%(segments)s::text[])[
               25 * recency_score + 5 * frequency_score + monetary_score - 30
           ] AS rfm_segment, favourite_category_id
      FROM scored
)"""


def fresh_profiles(company, today, partner_ids=None) -> SQL:
    """Return the WITH items up to `fresh`, the profiles as they should be now.

    :param partner_ids: commercial partners to compute, scored by the stored cut points;
        None computes everybody and ranks them against each other, unless the company
        scores by fixed cut-offs
    """
    parameters = {
        "company": company.id,
        "currency": company.currency_id.id,
        "digits": company.currency_id.decimal_places,
        "today": today,
        "since": today - timedelta(days=WINDOW_DAYS),
        "customers": among(SQL("p.commercial_partner_id"), partner_ids),
        "segments": [rfm.segment_key(*c) for c in product(range(1, 6), repeat=3)],
    }
    is_ranking = partner_ids is None and company.marketing_rfm_method == "rank"
    scores = _RANKED if is_ranking else _BY_CUTS
    return SQL(", ").join(SQL(part, **parameters) for part in (_FACTS, scores, _FRESH))


def among(column: SQL, partner_ids) -> SQL:
    if partner_ids is None:
        return SQL("%s IS NOT NULL", column)
    # one literal: of an ARRAY of 10,000 numbers PostgreSQL makes 10,000 expressions
    return SQL("%s = ANY(%s::int[])", column, f"{{{','.join(map(str, partner_ids))}}}")
