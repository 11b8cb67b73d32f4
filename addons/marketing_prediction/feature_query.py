"""The SQL of what trees are told of a customer at some day, and what it then spent.

One row a customer and cut. Only `came` is from days after the cut.
"""

from odoo.tools import SQL

from .arrays import read_arrays
from .cut_query import CLICKS, CUTS
from .history_query import DAYS, prepare_days

#: Customers that trees are fitted on and judged by, about: more take time, and tell
#: them no more.
MOST = 200_000

_FEATURES = """
known AS (
    SELECT days.partner_id, cuts.number, cuts.cut - MIN(day) AS tenure,
           COUNT(*) FILTER (WHERE day < cut) AS purchases,
           cut - MAX(day) FILTER (WHERE day < cut) AS silence,
           SUM(value) FILTER (WHERE day < cut) AS total, %(windows)s,
           COALESCE(SUM(value) FILTER (WHERE day >= cut AND day < cut + %(ahead)s), 0)
               AS came
      FROM days CROSS JOIN cuts
     GROUP BY days.partner_id, cuts.number, cuts.cut
    HAVING MIN(day) < cuts.cut
)
SELECT %(columns)s
  FROM (SELECT known.*, COALESCE(clicks.clicks, 0) AS clicks
          FROM known
          LEFT JOIN clicks ON clicks.partner_id = known.partner_id
                          AND clicks.number = known.number) told
"""
#: Days before the cut whose purchases and money are told apart.
WINDOWS = (30, 90, 180, 365)
_NAMES = ("partner_id", "number", "tenure", "purchases", "silence", "total", "clicks")
_NAMES += tuple(f"{what}_{days}" for what in ("count", "spent") for days in WINDOWS)


def read_features(env, company, until, cuts, ahead, customers=None):
    """Return arrays with one element a customer and cut, in the order of both.

    :param ahead: days after the cut in which `came` was spent
    """
    parameters = {
        **prepare_days(company, until, customers),
        "cuts": list(cuts),
        "ahead": ahead,
        "windows": SQL(", ").join(_window(days) for days in WINDOWS),
    }
    steps, names = (DAYS, CUTS, CLICKS, _FEATURES), (*_NAMES, "came")
    return read_arrays(env, steps, names, parameters, ("number", "partner_id"))


def every_so_many(step):
    """Return the condition that picks one of ``step`` customers by its number alone."""
    return SQL(
        "(p.commercial_partner_id::bigint * 2654435761 >> 16) %% %s = 0", int(step)
    )


def _window(days):
    since = SQL("WHERE day < cut AND day >= cut - %s", days)
    return SQL(
        "COUNT(*) FILTER (%s) AS %s, COALESCE(SUM(value) FILTER (%s), 0) AS %s",
        since,
        SQL.identifier(f"count_{days}"),
        since,
        SQL.identifier(f"spent_{days}"),
    )
