"""What single customers bought and did with messages, month by month.

The same definitions as in the profile: revenue is net of refunds, those of an order at
the order's date; messages are e-mails by the words of our own log. Months are UTC's.
"""

from odoo.tools import SQL

from .engagement_query import BOUNCE
from .engagement_rejudged import LAST_WORD

_PEOPLE = """
people AS MATERIALIZED (
    SELECT id, commercial_partner_id AS customer_id
      FROM res_partner
     WHERE commercial_partner_id = ANY(%(customers)s)
)"""

_REVENUE = """
, orders AS MATERIALIZED (
    SELECT o.id, people.customer_id, o.date_order, o.currency_id, o.amount_untaxed,
           COALESCE(NULLIF(o.currency_rate, 0), 1) AS rate
      FROM people
      JOIN sale_order o ON o.partner_id = people.id
     WHERE o.state = 'sale' AND o.company_id = %(company)s AND o.date_order >= %(since)s
), money AS (
    SELECT customer_id, date_order AS at, amount_untaxed / rate AS amount, 1 AS number
      FROM orders
     UNION ALL
    -- A refund line of several order lines is shared, never counted twice.
    SELECT o.customer_id, o.date_order,
           -(CASE WHEN aml.currency_id = o.currency_id
                  THEN aml.price_subtotal / o.rate ELSE aml.balance END)
           / (SELECT COUNT(*) FROM sale_order_line_invoice_rel share
               WHERE share.invoice_line_id = aml.id), 0
      FROM orders o
      JOIN sale_order_line line ON line.order_id = o.id
      JOIN sale_order_line_invoice_rel link ON link.order_line_id = line.id
      JOIN account_move_line aml
        ON aml.id = link.invoice_line_id AND aml.display_type = 'product'
      JOIN account_move move
        ON move.id = aml.move_id
       AND move.move_type = 'out_refund' AND move.state = 'posted'
     UNION ALL
    SELECT people.customer_id, COALESCE(move.invoice_date, move.date), -aml.balance, 0
      FROM people
      JOIN account_move move ON move.partner_id = people.id
      JOIN account_move_line aml
        ON aml.move_id = move.id AND aml.display_type = 'product'
     WHERE move.move_type = 'out_refund' AND move.state = 'posted'
       AND move.company_id = %(company)s
       AND COALESCE(move.invoice_date, move.date) >= %(since)s
       AND NOT EXISTS (SELECT FROM sale_order_line_invoice_rel link
                        WHERE link.invoice_line_id = aml.id)
)
SELECT customer_id, DATE_TRUNC('month', at)::date, SUM(amount), SUM(number)::int
  FROM money
 GROUP BY 1, 2
"""

# Ids stay as they were logged: those merged into a customer since count for it.
_MESSAGES = f"""
, logged AS (
    SELECT id, customer_id FROM people
     UNION
    SELECT merged.partner_id, people.customer_id
      FROM people
      JOIN marketing_identity merged ON merged.canonical_partner_id = people.id
), said AS (
    SELECT logged.customer_id, said.recipient_id, said.event_type,
           CASE WHEN word.known THEN word.at ELSE said.occurred_at END AS at
      FROM logged
      JOIN marketing_event said
        ON said.partner_id = logged.id AND said.occurred_at >= %(since)s
      LEFT JOIN {LAST_WORD} word ON TRUE
     WHERE said.company_id = %(company)s AND said.source_id = 'odoo'
       AND said.event_type
           IN ('campaign_delivered', 'campaign_viewed', 'campaign_clicked')
       AND COALESCE(said.properties ->> 'channel', 'email') = 'email'
       AND NOT said.properties ? 'suspect'
)
SELECT customer_id, DATE_TRUNC('month', at)::date,
       COUNT(*) FILTER (WHERE event_type = 'campaign_delivered' AND NOT EXISTS (
           SELECT FROM marketing_event e
            WHERE e.recipient_id = said.recipient_id AND %(bounce)s))::int,
       COUNT(*) FILTER (WHERE event_type = 'campaign_viewed')::int,
       COUNT(*) FILTER (WHERE event_type = 'campaign_clicked')::int
  FROM said
 WHERE at >= %(since)s
 GROUP BY 1, 2
"""


def revenue_by_month(company, customer_ids, since) -> SQL:
    """Return the statement of (customer, month, revenue, number of orders)."""
    return _query(_REVENUE, company, customer_ids, since)


def messages_by_month(company, customer_ids, since) -> SQL:
    """Return the statement of (customer, month, delivered, opened, clicked)."""
    return _query(_MESSAGES, company, customer_ids, since, bounce=BOUNCE)


def _query(text, company, customer_ids, since, **values):
    return SQL(
        f"WITH {_PEOPLE}{text}",
        customers=list(customer_ids),
        company=company.id,
        since=since,
        **values,
    )
