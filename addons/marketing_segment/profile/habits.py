"""When and where people buy: weekday, hour, month and place of their orders.

Times are those of the clock where the customer is. Weekday and hour are drawn towards
everybody's, as far as people are alike: `marketing_engine.shrinkage.fit_shares` says
how, and these statements are the same in whole numbers.
"""

_SLOTS = """
{name}s AS MATERIALIZED (
    SELECT partner_id, {slot} AS slot, COUNT(*) AS own
      FROM orders
     WHERE recent
     GROUP BY 1, 2
)"""

# With n_i orders of customer i, x_ik of them in slot k and N_k in all: the moments of
# the Dirichlet-multinomial need these sums only.
_WEIGHTS_OF_ALL = """
{name}_sums AS (
    SELECT slot, SUM(own) AS all_own, SUM(own * own) AS squares,
           SUM(own * total) AS crossed
      FROM (SELECT slot, own, SUM(own) OVER (PARTITION BY partner_id) AS total
              FROM {name}s) counted
     GROUP BY slot
), {name}_moments AS (
    SELECT SUM(all_own) AS n, SUM(crossed) AS whole,
           1 - SUM(all_own ^ 2) / SUM(all_own) ^ 2 AS spread,
           SUM(squares) - 2 * SUM(all_own * crossed) / SUM(all_own)
           + SUM(crossed) * SUM(all_own ^ 2) / SUM(all_own) ^ 2 AS observed
      FROM {name}_sums
), {name}_weights AS MATERIALIZED (
    SELECT slot, ROUND(all_own / n * CASE
               WHEN spread = 0 OR observed <= n * spread THEN 1e6
               ELSE GREATEST(0.1, LEAST(1e6, (whole * spread - observed)
                                             / (observed - n * spread))) END, 6)
               AS weight
      FROM {name}_sums CROSS JOIN {name}_moments
)"""
_WEIGHTS_STORED = """
{name}_weights AS MATERIALIZED (
    SELECT key AS slot, value AS weight
      FROM customer_profile_norm
     WHERE company_id = %(company)s AND kind = '{name}'
)"""

# A slot in which somebody never bought can only win if it is everybody's favourite.
_PREFERRED = """
{name}_best AS (
    SELECT DISTINCT ON (own.partner_id) own.partner_id, own.slot,
           own.own + COALESCE(everybody.weight, 0) AS weight
      FROM {name}s own
      LEFT JOIN {name}_weights everybody ON everybody.slot = own.slot
     ORDER BY own.partner_id, 3 DESC, own.slot
), {name}_preferred AS (
    SELECT partner_id, CASE
               WHEN weight >= COALESCE((SELECT MAX(weight) FROM {name}_weights), 0)
               THEN slot
               ELSE (SELECT slot FROM {name}_weights ORDER BY weight DESC, slot LIMIT 1)
               END AS {name}
      FROM {name}_best
)"""

_KINDS = {
    "weekday": "EXTRACT(ISODOW FROM local_at)::int - 1",
    "hour": "EXTRACT(HOUR FROM local_at)::int",
}


def _for_each(*templates):
    return ", ".join(
        template.format(name=name, slot=slot)
        for name, slot in _KINDS.items()
        for template in templates
    )


SLOTS_OF_ALL = _for_each(_SLOTS, _WEIGHTS_OF_ALL, _PREFERRED)
SLOTS_STORED = _for_each(_SLOTS, _WEIGHTS_STORED, _PREFERRED)

# Twelve whole months, so that each month of the year is there once.
SEASONS = """
months AS (
    SELECT partner_id, EXTRACT(MONTH FROM date_order)::int AS month,
           SUM(amount_untaxed / rate) AS amount, COUNT(*) AS orders
      FROM orders
     WHERE date_order >= %(year_from)s AND date_order < %(year_to)s
     GROUP BY 1, 2
), seasons AS (
    SELECT DISTINCT ON (partner_id) partner_id, month AS peak_month, amount,
           SUM(amount) OVER (PARTITION BY partner_id) AS year_amount,
           SUM(orders) OVER (PARTITION BY partner_id) AS year_orders
      FROM months
     ORDER BY partner_id, amount DESC, month
), places AS (
    SELECT partner_id, COUNT(*)::int AS city_count, MAX(orders) AS main_orders,
           SUM(orders) AS placed_orders
      FROM (SELECT partner_id, place, COUNT(*) AS orders
              FROM orders
             WHERE place IS NOT NULL
             GROUP BY 1, 2) visited
     GROUP BY partner_id
)"""
