"""The SQL that tells from the orders how customers stood at the beginning of a month.

The same definitions as in `profile_query`, for the orders before that day only. Refunds
that are linked to an order count at its date, so a later one counts here too.
"""

from datetime import timedelta
from itertools import product

from dateutil.relativedelta import relativedelta

from odoo.tools import SQL

from odoo.addons.marketing_engine import rfm

from .profile.scores import BY_CUTS, RANKED
from .profile_query import WINDOW_DAYS

#: Columns of a standing that orders alone tell.
REBUILT = ("rfm_segment", "rfm_code", "recency_days", "frequency", "monetary") + (
    "order_count",
    "revenue",
)

_FACTS = """
orders AS MATERIALIZED (
    SELECT o.id, p.commercial_partner_id AS partner_id, o.date_order, o.currency_id,
           o.date_order >= %(since)s AS recent, o.amount_untaxed,
           COALESCE(NULLIF(o.currency_rate, 0), 1) AS rate
      FROM sale_order o
      JOIN res_partner p ON p.id = o.partner_id
     WHERE o.state = 'sale' AND o.company_id = %(company)s AND o.date_order < %(month)s
), money AS (
    SELECT partner_id, recent, amount_untaxed / rate AS amount FROM orders
     UNION ALL
    -- A refund line of several order lines is shared, never counted twice.
    SELECT o.partner_id, o.recent,
           -(CASE WHEN aml.currency_id = o.currency_id
                  THEN aml.price_subtotal / o.rate ELSE aml.balance END)
           / (SELECT COUNT(*) FROM sale_order_line_invoice_rel share
               WHERE share.invoice_line_id = aml.id)
      FROM orders o
      JOIN sale_order_line line ON line.order_id = o.id
      JOIN sale_order_line_invoice_rel link ON link.order_line_id = line.id
      JOIN account_move_line aml
        ON aml.id = link.invoice_line_id AND aml.display_type = 'product'
      JOIN account_move move
        ON move.id = aml.move_id
       AND move.move_type = 'out_refund' AND move.state = 'posted'
     UNION ALL
    SELECT p.commercial_partner_id, COALESCE(move.invoice_date, move.date) >= %(since)s,
           -aml.balance
      FROM account_move move
      JOIN res_partner p ON p.id = move.partner_id
      JOIN account_move_line aml
        ON aml.move_id = move.id AND aml.display_type = 'product'
     WHERE move.move_type = 'out_refund' AND move.state = 'posted'
       AND move.company_id = %(company)s
       AND COALESCE(move.invoice_date, move.date) < %(month)s
       AND NOT EXISTS (SELECT FROM sale_order_line_invoice_rel link
                        WHERE link.invoice_line_id = aml.id)
), sums AS (
    SELECT partner_id, ROUND(SUM(amount), %(digits)s) AS revenue,
           ROUND(COALESCE(SUM(amount) FILTER (WHERE recent), 0), %(digits)s) AS monetary
      FROM money
     GROUP BY partner_id
), facts AS (
    SELECT partner_id, COUNT(*)::int AS order_count,
           COUNT(*) FILTER (WHERE recent)::int AS frequency,
           GREATEST(%(month)s - MAX(date_order)::date, 0) AS recency_days,
           MAX(revenue) AS revenue, MAX(monetary) AS monetary
      FROM orders
      JOIN sums USING (partner_id)
     GROUP BY partner_id
)"""

_WRITE = """
fresh AS (
    SELECT scored.*, CONCAT(recency_score, frequency_score, monetary_score) AS rfm_code,
           (%(segments)s::text[])[
               25 * recency_score + 5 * frequency_score + monetary_score - 30
           ] AS rfm_segment
      FROM scored
)
INSERT INTO customer_profile_history
       (company_id, partner_id, month, taken_on, is_rebuilt, previous_rfm_segment,
        %(columns)s)
SELECT %(company)s, fresh.partner_id, %(month)s, %(month)s, TRUE,
       CASE WHEN %(is_linked)s THEN COALESCE(old.rfm_segment, 'newcomer') END,
       %(values)s
  FROM fresh
  LEFT JOIN customer_profile_history old
    ON old.partner_id = fresh.partner_id AND old.company_id = %(company)s
   AND old.month = %(previous)s
    ON CONFLICT (partner_id, company_id, month) DO NOTHING
"""

# The month after a rebuilt one was noted when nothing stood before it.
_LINK = """
    UPDATE customer_profile_history later
       SET previous_rfm_segment = COALESCE(
           (SELECT old.rfm_segment FROM customer_profile_history old
             WHERE old.partner_id = later.partner_id
               AND old.company_id = later.company_id AND old.month = %(month)s),
           'newcomer')
     WHERE later.company_id = %(company)s AND later.month = %(next)s
       AND later.previous_rfm_segment IS NULL
"""


def rebuild_month(company, month, is_linked) -> SQL:
    """Return the statement that writes the standings of a past month.

    :param is_linked: whether there are standings of the month before
    """
    values = {
        "company": company.id,
        "digits": company.currency_id.decimal_places,
        "month": month,
        "previous": month - relativedelta(months=1),
        "since": month - timedelta(days=WINDOW_DAYS),
        "segments": [rfm.segment_key(*c) for c in product(range(1, 6), repeat=3)],
        "is_linked": is_linked,
        "columns": SQL(", ").join(map(SQL.identifier, REBUILT)),
        "values": SQL(", ").join(SQL.identifier("fresh", name) for name in REBUILT),
    }
    is_fixed = company.marketing_rfm_method == "fixed"
    rooms = (_FACTS, BY_CUTS if is_fixed else RANKED, _WRITE)
    return SQL("WITH %s", SQL(", ").join(SQL(room, **values) for room in rooms))


def link_next_month(company, month) -> SQL:
    """Return the statement that tells the following month where everybody was."""
    following = month + relativedelta(months=1)
    return SQL(_LINK, company=company.id, month=month, next=following)
