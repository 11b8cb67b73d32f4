"""What the drops of a company brought, from its confirmed orders, as one statement."""

from odoo.tools import SQL

#: A drop is what confirmed orders say was printed of one creative for one store.
DROPS = """
    SELECT CASE WHEN line.campaign_plan_line_id IS NULL
                THEN 'order:' || sale.id || ':' || line.store_id
                ELSE 'line:' || line.campaign_plan_line_id END
           || ':' || line.store_creative_id AS key,
           line.campaign_plan_line_id AS line_id, line.store_id,
           line.store_creative_id AS creative_id,
           MIN(COALESCE(wave.date_start, sale.commitment_date::date,
                        sale.date_order::date)) AS start,
           MAX(COALESCE(wave.date_end, wave.date_start + 6,
                        sale.commitment_date::date + 6,
                        sale.date_order::date + 6)) AS until,
           ROUND(SUM(line.product_uom_qty))::int AS pieces,
           ROUND(SUM(line.price_subtotal / COALESCE(NULLIF(sale.currency_rate, 0), 1)),
                 2) AS cost
      FROM sale_order_line line
      JOIN sale_order sale ON sale.id = line.order_id
      JOIN marketing_store store
        ON store.id = line.store_id AND store.company_id = %(company)s
      LEFT JOIN campaign_plan_line planned ON planned.id = line.campaign_plan_line_id
      LEFT JOIN campaign_plan_wave wave
        ON wave.id = COALESCE(sale.campaign_wave_id, planned.wave_id)
     WHERE sale.state = 'sale' AND sale.is_direct_mail
       AND sale.company_id = %(company)s AND line.store_creative_id IS NOT NULL
     GROUP BY 1, 2, 3, 4
    HAVING ROUND(SUM(line.product_uom_qty)) > 0
"""
#: Who came back with the code of a drop: one row a customer, net of what went back.
_SEEN = """
    SELECT key, COUNT(*) AS responses, COUNT(*) FILTER (WHERE amount > 0) AS buyers,
           SUM(amount) AS revenue
      FROM (SELECT drops.key, redeemed.customer, SUM(redeemed.amount) AS amount
              FROM drops
              JOIN redeemed USING (line_id, creative_id)
             WHERE redeemed.day < drops.start + %(days)s
             GROUP BY 1, 2) customer
     GROUP BY key
"""
#: What people have entered or imported of the same drop is never written over.
_LINK = """
    UPDATE store_campaign_result entered SET plan_line_id = found.line_id
      FROM (SELECT DISTINCT ON (result.id) result.id, drops.line_id
              FROM (%(drops)s) drops
              JOIN store_campaign_result result
                ON result.store_id = drops.store_id
               AND result.creative_id = drops.creative_id
               AND result.period_start <= drops.until
               AND result.period_end >= drops.start
             WHERE result.source_key IS NULL AND result.plan_line_id IS NULL
               AND drops.line_id IS NOT NULL
             ORDER BY result.id, drops.start, drops.line_id) found
     WHERE entered.id = found.id
 RETURNING entered.id
"""
_FILL = """
WITH drops AS MATERIALIZED (%(drops)s),
coded AS (SELECT DISTINCT line_id, creative_id FROM (%(coded)s) code),
redeemed AS MATERIALIZED (%(redeemed)s),
seen AS (%(seen)s),
wanted AS MATERIALIZED (
    SELECT drops.*, coded.line_id IS NOT NULL AS is_coded, %(lot)s AS by_lot,
           COALESCE(seen.responses, 0) AS responses,
           COALESCE(seen.buyers, 0) AS buyers, COALESCE(seen.revenue, 0) AS revenue
      FROM drops
      LEFT JOIN coded USING (line_id, creative_id)
      LEFT JOIN seen USING (key)
      LEFT JOIN campaign_plan_line planned ON planned.id = drops.line_id
     WHERE NOT EXISTS (
           SELECT FROM store_campaign_result entered
            WHERE entered.source_key IS NULL AND entered.store_id = drops.store_id
              AND entered.creative_id = drops.creative_id
              AND entered.period_start <= drops.until
              AND entered.period_end >= drops.start)
), gone AS (
    DELETE FROM store_campaign_result result
     WHERE result.company_id = %(company)s AND result.source_key IS NOT NULL
       AND NOT EXISTS (SELECT FROM wanted WHERE wanted.key = result.source_key)
 RETURNING result.id
), kept AS (
    INSERT INTO store_campaign_result AS result
           (source_key, plan_line_id, store_id, creative_id, period_start, period_end,
            pieces, responses, conversions, revenue, cost, source, incomplete,
            is_randomised, company_id, region_id, store_type_id, state_id,
            create_uid, create_date, write_uid, write_date)
    SELECT wanted.key, wanted.line_id, wanted.store_id, wanted.creative_id,
           wanted.start, wanted.start + %(days)s - 1, wanted.pieces, wanted.responses,
           wanted.buyers, wanted.revenue, wanted.cost,
           CASE WHEN wanted.is_coded THEN 'coupon' ELSE 'order' END,
           CASE WHEN NOT wanted.is_coded THEN 'unknown'
                WHEN %(today)s < wanted.start + %(days)s THEN 'open' END,
           wanted.by_lot, store.company_id, store.region_id, store.store_type_id,
           store.state_id, %(user)s, now() AT TIME ZONE 'UTC',
           %(user)s, now() AT TIME ZONE 'UTC'
      FROM wanted
      JOIN marketing_store store ON store.id = wanted.store_id
        ON CONFLICT (source_key) WHERE source_key IS NOT NULL DO UPDATE
       SET (%(columns)s, write_uid, write_date) =
           (%(excluded)s, EXCLUDED.write_uid, EXCLUDED.write_date)
     WHERE (%(current)s) IS DISTINCT FROM (%(excluded)s)
 RETURNING result.id
)
SELECT (SELECT COUNT(*) FROM kept), (SELECT COUNT(*) FROM gone)
"""
_COLUMNS = (
    "plan_line_id period_start period_end pieces responses conversions revenue cost"
    " source incomplete is_randomised"
).split()


def link_query(company_id) -> SQL:
    """Return the statement that tells entered results which plan line they are of."""
    return SQL(_LINK, drops=SQL(DROPS, company=company_id))


def fill_query(company_id, days, today, user, *, coded, redeemed, by_lot) -> SQL:
    """Return the statement that writes all results; its row: changed and removed.

    :param coded: statement of (line_id, creative_id), drops with a code
    :param redeemed: statement of (line_id, creative_id, customer, day, amount)
    :param by_lot: expression of ``planned``, a plan line
    """
    excluded = SQL(", ").join(SQL("EXCLUDED.%s", SQL.identifier(n)) for n in _COLUMNS)
    return SQL(
        _FILL,
        drops=SQL(DROPS, company=company_id),
        seen=SQL(_SEEN, days=days),
        coded=coded,
        redeemed=redeemed,
        lot=by_lot,
        columns=SQL(", ").join(map(SQL.identifier, _COLUMNS)),
        excluded=excluded,
        current=SQL(", ").join(SQL.identifier("result", n) for n in _COLUMNS),
        company=company_id,
        days=days,
        today=today,
        user=user,
    )
