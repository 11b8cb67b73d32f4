"""The SQL of what is known of a customer's rhythm at some day, and of what came after.

One row a customer and cut: everything but `next_in` is from days before the cut. Who
has not bought for `GONE_DAYS` is left out: such a customer is gone, not about to go.
"""

from odoo.tools import SQL

from .arrays import hash_arrays, read_arrays
from .cut_query import CLICKS, CUTS
from .history_query import DAYS, prepare_days

GONE_DAYS = 365
#: Own gaps from which a customer has a rhythm of its own.
OWN_GAPS = 3

_RHYTHM = """
gaps AS (
    SELECT partner_id, day, value,
           day - LAG(day) OVER purchases AS gap, ROW_NUMBER() OVER purchases AS place
      FROM days WINDOW purchases AS (PARTITION BY partner_id ORDER BY day)
), usual AS (
    -- Of the first gaps: of all gaps most would be those of the most frequent buyers.
    SELECT cuts.number, percentile_cont(0.9) WITHIN GROUP (ORDER BY gap) AS usual_gap
      FROM cuts JOIN gaps ON gaps.day < cuts.cut AND gaps.place = 2
     GROUP BY cuts.number
), rhythm AS (
    SELECT gaps.partner_id, cuts.number, cuts.cut,
           COUNT(*) FILTER (WHERE day < cut) AS purchases,
           cut - MIN(day) AS tenure,
           cut - MAX(day) FILTER (WHERE day < cut) AS recency,
           SUM(value) FILTER (WHERE day < cut) AS total,
           COALESCE(SUM(value) FILTER (WHERE day < cut AND day >= cut - 90), 0)
               AS late,
           COALESCE(SUM(value) FILTER (WHERE day < cut - 90 AND day >= cut - 180), 0)
               AS earlier,
           percentile_cont(0.9) WITHIN GROUP (ORDER BY gap) FILTER (WHERE day < cut)
               AS long_gap,
           MIN(day) FILTER (WHERE day >= cut) - cut AS next_in
      FROM gaps CROSS JOIN cuts
     GROUP BY gaps.partner_id, cuts.number, cuts.cut
    HAVING MAX(day) FILTER (WHERE day < cut) > cut - %(gone)s
), known AS (
    SELECT rhythm.partner_id, rhythm.number, purchases, tenure, recency, total, late,
           earlier, next_in, COALESCE(clicks.clicks, 0) AS clicks,
           CASE WHEN purchases > %(own_gaps)s THEN long_gap END AS long_gap,
           usual_gap
      FROM rhythm
      LEFT JOIN usual ON usual.number = rhythm.number
      LEFT JOIN clicks ON clicks.partner_id = rhythm.partner_id
                      AND clicks.number = rhythm.number
)
SELECT %(columns)s FROM known
"""

_NAMES = (
    "partner_id",
    "number",
    "purchases",
    "tenure",
    "recency",
    "total",
    "late",
    "earlier",
    "next_in",
    "clicks",
    "long_gap",
    "usual_gap",
)


def read_first_day(env, company):
    """Return the UTC day of the company's first confirmed order, None without any."""
    env.flush_all()
    [(day,)] = env.execute_query(
        SQL(
            """SELECT MIN(date_order)::date FROM sale_order
                WHERE state = 'sale' AND company_id = %s""",
            company.id,
        )
    )
    return day


def read_rhythms(env, company, until, cuts, customers=None):
    """Return arrays with one element a customer and cut, in the order of both."""
    parameters = {
        **prepare_days(company, until, customers),
        "cuts": list(cuts),
        "gone": GONE_DAYS,
        "own_gaps": OWN_GAPS,
    }
    steps = (DAYS, CUTS, CLICKS, _RHYTHM)
    return read_arrays(env, steps, _NAMES, parameters, ("number", "partner_id"))


def hash_of(data):
    return hash_arrays(data, _NAMES)
