"""The SQL that turns orders, refunds and messages into one profile row a customer.

Definitions (docs/methods.md): revenue is the untaxed total of orders in state `sale`,
in the company's currency at the rate of the order, minus posted refunds. A refund
linked to order lines counts at the date and rate of the order (its own balance when it
is in another currency), an unlinked one at its own date. Frequency, monetary value and
habits look back `WINDOW_DAYS` days, recency counts whole days, all by the UTC calendar;
weekday and hour are those of the customer's clock.
"""

from datetime import timedelta
from itertools import product

from dateutil.relativedelta import relativedelta

from odoo.tools import SQL

from odoo.addons.marketing_engine import rfm

from .profile import diary, goods, habits, orders, people, scores, stages

WINDOW_DAYS = 365
#: Orders or lines that a share must rest on: one order is always "all at weekends".
MIN_SUPPORT = 4

#: Everything that is computed, in the order of the `fresh` columns.
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
    "lifecycle_stage",
    "tenure_days",
    "inter_purchase_days",
    "acquisition_source_id",
    "acquisition_utm_campaign_id",
    "margin",
    "margin_rate",
    "category_count",
    "top_category_share",
    "price_band",
    "discount_share",
    "price_elasticity",
    "weekend_share",
    "preferred_weekday",
    "preferred_hour",
    "city_count",
    "place_share",
    "seasonality_ratio",
    "peak_month",
    "mailbox_provider",
    *people.ENGAGEMENT,
)

#: All that a refresh writes: the figures, and what stands beside them.
WRITTEN = (*COMPUTED, *diary.KEPT, "kept_version")

# What is not given by the constants of the module, the company and the day.
_CONSTANTS = {
    "support": MIN_SUPPORT,
    "bargain": 10,  # percent off from which something is bought under discount
    "elastic_lines": 8,  # degrees of freedom of a customer's elasticity
    "elastic_error": 0.5,  # its largest standard error
    "price_spread": 0.05,  # least standard deviation of prices, 0.05 is about 5 %
    "new_days": 30,
    "usual_gap": 30,  # days between orders where nobody has shown a rhythm
    "own_gaps": 3,  # gaps that make a rhythm of one's own
    "least_limit": 30,
    "most_limit": 365,
}

_FACTS = """
joined AS (
    -- FULL JOIN, and below a condition that is no plain comparison: could the planner
    -- make LEFT JOINs of them, it might do them by nested loops.
    SELECT partner_id, totals.order_count, totals.frequency, totals.first_order_date,
           totals.last_order_date, totals.weekend_orders, totals.first_source,
           GREATEST(%(today)s - totals.last_order_date::date, 0) AS recency_days,
           GREATEST(%(today)s - totals.first_order_date::date, 0) AS tenure_days,
           money.revenue, money.monetary, money.costed, money.cost,
           rhythms.gap, rhythms.gaps, favourite.favourite_category_id,
           categories.category_count, categories.top_share, spent.lines,
           spent.bargains, spent.paid, price_levels.leveled_lines,
           price_levels.price_level, elasticities.price_elasticity,
           weekday_preferred.weekday, hour_preferred.hour, seasons.peak_month,
           seasons.amount AS peak_amount, seasons.year_amount, seasons.year_orders,
           places.city_count, places.main_orders, places.placed_orders,
           people.mailbox_provider, %(engagement)s, order_days, amount_days,
           amount_sums, COALESCE(bought_ids, '{}') AS bought_ids
      FROM totals
      FULL JOIN money USING (partner_id)
      FULL JOIN rhythms USING (partner_id)
      FULL JOIN favourite USING (partner_id)
      FULL JOIN categories USING (partner_id)
      FULL JOIN spent USING (partner_id)
      FULL JOIN price_levels USING (partner_id)
      FULL JOIN elasticities USING (partner_id)
      FULL JOIN weekday_preferred USING (partner_id)
      FULL JOIN hour_preferred USING (partner_id)
      FULL JOIN seasons USING (partner_id)
      FULL JOIN places USING (partner_id)
      FULL JOIN people USING (partner_id)
      FULL JOIN diaries USING (partner_id)
      FULL JOIN holdings USING (partner_id)
), facts AS (
    SELECT * FROM joined WHERE COALESCE(order_count, 0) > 0
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
           ] AS rfm_segment, favourite_category_id,
           %(stage)s AS lifecycle_stage, tenure_days,
           gap::float8 AS inter_purchase_days,
           NULLIF(CASE WHEN %(is_first)s THEN first_source[3]::int END, 0)
               AS acquisition_source_id,
           NULLIF(CASE WHEN %(is_first)s THEN first_source[4]::int END, 0)
               AS acquisition_utm_campaign_id,
           CASE WHEN %(has_margin)s
                THEN ROUND(revenue * (1 - cost / costed)::numeric, %(digits)s) END
               AS margin,
           CASE WHEN %(has_margin)s
                THEN ROUND((1 - cost / costed)::numeric, 4)::float8
                END AS margin_rate,
           COALESCE(category_count, 0) AS category_count,
           CASE WHEN lines >= %(support)s THEN ROUND(top_share::numeric, 4)::float8 END
               AS top_category_share,
           CASE WHEN leveled_lines < %(support)s THEN NULL
                WHEN price_level * 3 < 2 THEN 'low'
                WHEN price_level * 3 <= 4 THEN 'medium'
                WHEN price_level IS NOT NULL THEN 'high' END AS price_band,
           CASE WHEN frequency >= %(support)s
                THEN ROUND((COALESCE(bargains, 0) / NULLIF(paid, 0))::numeric, 4
                     )::float8 END AS discount_share,
           price_elasticity::float8 AS price_elasticity,
           CASE WHEN frequency >= %(support)s
                THEN ROUND(weekend_orders::numeric / frequency, 4)::float8 END
               AS weekend_share,
           -- text: both are choices
           COALESCE(weekday, (SELECT slot FROM weekday_weights
                               ORDER BY weight DESC, slot LIMIT 1))::text
               AS preferred_weekday,
           COALESCE(hour, (SELECT slot FROM hour_weights
                            ORDER BY weight DESC, slot LIMIT 1)) AS preferred_hour,
           COALESCE(city_count, 0) AS city_count,
           CASE WHEN placed_orders >= %(support)s
                THEN ROUND(main_orders / placed_orders, 4)::float8 END AS place_share,
           CASE WHEN %(has_seasons)s
                THEN ROUND(12 * peak_amount / year_amount, 4)::float8 END
               AS seasonality_ratio,
           CASE WHEN %(has_seasons)s THEN peak_month::text END AS peak_month,
           mailbox_provider, %(engagement)s, %(kept)s,
           %(version)s::int2 AS kept_version
      FROM scored
)"""
_IS_FIRST = SQL("first_source[1] = EXTRACT(EPOCH FROM first_order_date)::bigint")
_HAS_MARGIN = SQL("costed > 0 AND costed >= revenue * 500000")  # millionths; half
_HAS_SEASONS = """
    first_order_date < %(year_from)s AND year_orders >= %(support)s AND year_amount > 0
"""


def fresh_profiles(company, today, partner_ids=None) -> SQL:
    """Return the WITH items up to `fresh`, the profiles as they should be now.

    :param partner_ids: commercial partners to compute, scored by the stored cut points
        and norms; None computes everybody and ranks them against each other, unless the
        company scores by fixed cut-offs
    """
    values = _get_values(company, today, partner_ids)
    everybody = partner_ids is None
    is_ranking = everybody and company.marketing_rfm_method == "rank"
    rooms = (
        orders.ORDERS,
        orders.REFUNDS,
        goods.GOODS,
        goods.CUTS_OF_ALL if everybody else goods.CUTS_STORED,
        goods.PRICES,
        orders.TOTALS,
        stages.RHYTHM_OF_ALL if everybody else stages.RHYTHM_STORED,
        habits.SLOTS_OF_ALL if everybody else habits.SLOTS_STORED,
        habits.SEASONS,
        people.PEOPLE,
        diary.DIARY,
        _FACTS,
        scores.RANKED if is_ranking else scores.BY_CUTS,
        _FRESH,
    )
    return SQL(", ").join(SQL(room, **values) for room in rooms)


def fresh_engagement(company, partner_ids) -> SQL:
    """Return the WITH items up to `people`, as the full statement computes them."""
    values = _get_values(company, None, partner_ids)
    return SQL(people.PEOPLE, **values)


def _get_values(company, today, partner_ids):
    profiles = company.env["customer.profile"]
    values = {
        **_CONSTANTS,
        "company": company.id,
        "currency": company.currency_id.id,
        "digits": company.currency_id.decimal_places,
        "customers": among(SQL("p.commercial_partner_id"), partner_ids),
        "segments": [rfm.segment_key(*c) for c in product(range(1, 6), repeat=3)],
        "mailbox": profiles._get_mailbox_sql(SQL("domain")),
        "place": profiles._get_place_sql(orders.CITY),
        "engagement": SQL(", ").join(map(SQL.identifier, people.ENGAGEMENT)),
        "version": diary.VERSION,
        "kept": SQL(", ").join(map(SQL.identifier, diary.KEPT)),
        "is_first": _IS_FIRST,
        "has_margin": _HAS_MARGIN,
        "stage": SQL(stages.STAGE, **_CONSTANTS),
        **profiles._get_zone_values(company),
    }
    if today is None:
        return values
    month = today.replace(day=1)
    values |= {
        "today": today,
        "since": today - timedelta(days=WINDOW_DAYS),
        "year_from": month - relativedelta(years=1),
        "year_to": month,
    }
    return {**values, "has_seasons": SQL(_HAS_SEASONS, **values)}


def among(column: SQL, partner_ids) -> SQL:
    if partner_ids is None:
        return SQL("%s IS NOT NULL", column)
    # one literal: of an ARRAY of 10,000 numbers PostgreSQL makes 10,000 expressions
    return SQL("%s = ANY(%s::int[])", column, f"{{{','.join(map(str, partner_ids))}}}")
