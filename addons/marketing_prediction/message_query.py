"""The SQL of how a customer answered messages up to some day, and in the days after.

A click is the first human one of a message. Counts are decayed: what was 30 days ago
weighs half. Customers without a message in the last `WRITTEN_DAYS` are left out.
"""

from .arrays import hash_arrays, read_arrays
from .cut_query import CUTS
from .history_query import DAYS, prepare_days

HALF_LIFE = 30
WRITTEN_DAYS = 90
HISTORY_DAYS = 365
OUTCOME_DAYS = 30

_ANSWERS = """
messages AS (
    SELECT p.commercial_partner_id AS partner_id, message.sent_at, message.clicked_at
      FROM campaign_recipient message
      JOIN res_partner p ON p.id = message.customer_id
     WHERE message.state = 'sent' AND message.bounced_at IS NULL
       AND message.company_id = %(company)s
       AND message.sent_at >= %(until)s::date - %(history)s AND %(customers)s
), answers AS (
    SELECT messages.partner_id, cuts.number, cuts.cut,
           COUNT(*) FILTER (WHERE sent_at < cut) AS written,
           COALESCE(SUM(POWER(0.5, (cut - sent_at::date) / %(half)s::float8))
                    FILTER (WHERE sent_at < cut), 0) AS exposure,
           COALESCE(SUM(POWER(0.5, (cut - clicked_at::date) / %(half)s::float8))
                    FILTER (WHERE clicked_at < cut), 0) AS clicks,
           COUNT(*) FILTER (WHERE clicked_at < cut) AS click_count,
           cut - MAX(clicked_at::date) FILTER (WHERE clicked_at < cut) AS click_days,
           COUNT(*) FILTER (WHERE clicked_at >= cut
                              AND clicked_at < cut + %(outcome)s) > 0 AS clicked
      FROM messages CROSS JOIN cuts
     GROUP BY messages.partner_id, cuts.number, cuts.cut
    HAVING COUNT(*) FILTER (WHERE sent_at < cut AND sent_at >= cut - %(written)s) > 0
), bought AS (
    SELECT partner_id, cuts.number,
           SUM(POWER(0.5, (cut - day) / %(half)s::float8)) AS orders,
           MIN(cut - day) AS order_days
      FROM days JOIN cuts ON days.day < cuts.cut
     GROUP BY 1, 2
)
SELECT %(columns)s
  FROM (SELECT answers.partner_id, answers.number, written, exposure, clicks,
               click_count, COALESCE(click_days, %(history)s) AS click_days,
               clicked::int AS clicked, COALESCE(orders, 0) AS orders,
               LEAST(COALESCE(order_days, %(history)s), %(history)s) AS order_days
          FROM answers
          LEFT JOIN bought ON bought.partner_id = answers.partner_id
                          AND bought.number = answers.number) known
"""
_NAMES = (
    "partner_id",
    "number",
    "written",
    "exposure",
    "clicks",
    "click_count",
    "click_days",
    "clicked",
    "orders",
    "order_days",
)


def read_answers(env, company, until, cuts, customers=None):
    """Return arrays with one element a customer and cut, in the order of both."""
    parameters = {
        **prepare_days(company, until, customers),
        "cuts": list(cuts),
        "half": HALF_LIFE,
        "history": HISTORY_DAYS,
        "written": WRITTEN_DAYS,
        "outcome": OUTCOME_DAYS,
    }
    steps = (DAYS, CUTS, _ANSWERS)
    return read_arrays(env, steps, _NAMES, parameters, ("number", "partner_id"))


def hash_of(data):
    return hash_arrays(data, _NAMES)
