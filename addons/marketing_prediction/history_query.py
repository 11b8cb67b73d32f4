"""The SQL that reads what each customer bought on which day, as it was at some day.

A purchase is a UTC day with confirmed orders of a positive sum: untaxed, in the
company's currency at the rate of the order, less the posted refunds of its lines.
Everything comes back in one row of arrays, one element a customer: a million rows of
their own would take longer to fetch than to compute with.
"""

import numpy as np

from odoo.tools import SQL

from .arrays import hash_arrays, to_arrays

DAYS = """
refunded AS (
    -- A refund line of several order lines is shared, never counted twice.
    SELECT line.order_id,
           SUM(CASE WHEN aml.currency_id = o.currency_id
                    THEN aml.price_subtotal / COALESCE(NULLIF(o.currency_rate, 0), 1)
                    ELSE aml.balance END
               / (SELECT COUNT(*) FROM sale_order_line_invoice_rel share
                   WHERE share.invoice_line_id = aml.id)) AS amount
      FROM account_move move
      JOIN account_move_line aml
        ON aml.move_id = move.id AND aml.display_type = 'product'
      JOIN sale_order_line_invoice_rel link ON link.invoice_line_id = aml.id
      JOIN sale_order_line line ON line.id = link.order_line_id
      JOIN sale_order o ON o.id = line.order_id
     WHERE move.move_type = 'out_refund' AND move.state = 'posted'
       AND o.company_id = %(company)s
     GROUP BY line.order_id
), days AS (
    SELECT p.commercial_partner_id AS partner_id, o.date_order::date AS day,
           SUM(o.amount_untaxed / COALESCE(NULLIF(o.currency_rate, 0), 1)
               - COALESCE(refunded.amount, 0))::float8 AS value
      FROM sale_order o
      JOIN res_partner p ON p.id = o.partner_id
      LEFT JOIN refunded ON refunded.order_id = o.id
     WHERE o.state = 'sale' AND o.company_id = %(company)s
       AND o.date_order < %(until)s AND %(customers)s
     GROUP BY 1, 2
    HAVING ROUND(SUM(o.amount_untaxed / COALESCE(NULLIF(o.currency_rate, 0), 1)
                     - COALESCE(refunded.amount, 0)), %(digits)s) > 0
)"""

_TRAINING = """
cut AS (
    SELECT %(until)s::date - LEAST(%(test_days)s, (%(until)s::date - MIN(day)) / 3)
               AS day
      FROM days
), histories AS (
    SELECT days.partner_id, MIN(days.day) - date '1970-01-01' AS began,
           COUNT(*) - 1 AS frequency, MAX(days.day) - MIN(days.day) AS recency,
           SUM(value) AS total, cut.day - date '1970-01-01' AS cut,
           COUNT(*) FILTER (WHERE days.day < cut.day) AS past_count,
           COALESCE(MAX(days.day) FILTER (WHERE days.day < cut.day)
                    - MIN(days.day), 0) AS past_recency,
           COALESCE(SUM(value) FILTER (WHERE days.day < cut.day), 0) AS past_total
      FROM days CROSS JOIN cut
     GROUP BY days.partner_id, cut.day
)"""

_SCORING = """
histories AS (
    SELECT partner_id, MIN(day) - date '1970-01-01' AS began,
           COUNT(*) - 1 AS frequency, MAX(day) - MIN(day) AS recency,
           SUM(value) AS total
      FROM days
     GROUP BY partner_id
)"""

_SELECT = """
SELECT %(columns)s
  FROM histories
  LEFT JOIN customer_profile profile
    ON profile.partner_id = histories.partner_id AND profile.company_id = %(company)s
"""

_OF_HISTORY = ("partner_id", "began", "frequency", "recency", "total")
_OF_TRAINING = ("cut", "past_count", "past_recency", "past_total")
EPOCH = np.datetime64("1970-01-01")


def prepare_days(company, until, customers=None):
    """Return the parameters of `DAYS`: purchases of all, or of some `customers`."""
    return {
        "company": company.id,
        "until": until,
        "digits": company.currency_id.decimal_places,
        "customers": customers or SQL("p.commercial_partner_id IS NOT NULL"),
    }


def among_ids(first, last):
    """Return the condition that picks the customers with ids from `first` to `last`."""
    return SQL("p.commercial_partner_id BETWEEN %s AND %s", first, last)


def read_training(env, company, until, test_days):
    """Return the histories until `until` and as they were before the days of the test.

    :param test_days: days at the end that are forecast and compared; a third of all
        days when there are fewer
    """
    return _read(env, company, until, _TRAINING, _OF_HISTORY + _OF_TRAINING, test_days)


def read_scoring(env, company, until, first, last):
    """Return the histories of the customers with ids from `first` to `last`."""
    customers = among_ids(first, last)
    return _read(env, company, until, _SCORING, _OF_HISTORY, 0, customers)


def _read(env, company, until, histories, names, test_days, customers=None):
    parameters = {
        **prepare_days(company, until, customers),
        "test_days": test_days,
        "columns": SQL(", ").join(
            [SQL("array_agg(%s)", SQL.identifier("histories", name)) for name in names]
            + [SQL("array_agg(%s::float8)", _margin_rate(env))]
        ),
    }
    env.flush_all()
    query = [SQL(part, **parameters) for part in (DAYS, histories)]
    [row] = env.execute_query(
        SQL("WITH %s %s", SQL(", ").join(query), SQL(_SELECT, **parameters))
    )
    return to_arrays((*names, "margin_rate"), row)


def _margin_rate(env):
    """Return SQL of a customer's margin rate: costs may be known to nobody."""
    field = env["customer.profile"]._fields.get("margin_rate")
    if field is None or not field.store:
        return SQL("NULL")
    return SQL.identifier("profile", "margin_rate")


def hash_of(columns):
    """Return a fingerprint of what is known of the customers."""
    return hash_arrays(columns, _OF_HISTORY)
