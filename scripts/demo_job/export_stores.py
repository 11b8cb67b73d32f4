"""Stores and what each printed campaign did there (queries for ``export.py``).

Of the source: which household shops where, who was in the audience of which campaign,
who redeemed a coupon of it and when. All households count here, however few are loaded
as customers. A household belongs to the store of most of its baskets.
"""

MEMBERS = ("campaigns", "campaign_descriptions", "coupons", "coupon_redemptions")
LEAST_HOUSEHOLDS = 10
HOMES = f"""
    CREATE TABLE home AS
    SELECT household_id, store_id, count(*) OVER (PARTITION BY store_id) households
    FROM (
        SELECT household_id, store_id, row_number() OVER (
                   PARTITION BY household_id
                   ORDER BY count(DISTINCT basket_id) DESC, store_id) place
        FROM transactions GROUP BY 1, 2
    ) WHERE place = 1
    QUALIFY households >= {LEAST_HOUSEHOLDS}
"""
# The campaigns have no name: kind and leading department of their coupons are one.
_CREATIVES = """
    SELECT campaign_id, any_value(campaign_type) kind,
           CASE WHEN arg_max(department, coupons) = 'GROCERY' THEN 'Grocery'
                ELSE 'Household' END department,
           any_value(start_date)::date period_start,
           any_value(end_date)::date period_end
    FROM (SELECT campaign_id, department, count(*) coupons
          FROM coupons JOIN products USING (product_id) GROUP BY 1, 2)
    JOIN campaign_descriptions USING (campaign_id) GROUP BY 1
"""
_REDEEMED = """
    SELECT r.campaign_id, r.household_id, sum(t.sales_value) revenue
    FROM (SELECT DISTINCT campaign_id, household_id, redemption_date::date AS day
          FROM coupon_redemptions) r
    LEFT JOIN (SELECT household_id, transaction_timestamp::date AS day,
                      sum(sales_value) sales_value
               FROM transactions GROUP BY 1, 2) t
           ON t.household_id = r.household_id AND t.day = r.day
    GROUP BY 1, 2
"""
QUERIES = {
    "stores": """
        SELECT store_id, count(*) households FROM home GROUP BY 1 ORDER BY 1
    """,
    "store_results": f"""
        SELECT h.store_id, c.kind, c.department, c.period_start,
               max(c.period_end) period_end, count(*) pieces,
               count(r.household_id) responses,
               round(coalesce(sum(r.revenue), 0), 2) revenue
        FROM campaigns a
        JOIN home h USING (household_id)
        JOIN ({_CREATIVES}) c USING (campaign_id)
        LEFT JOIN ({_REDEEMED}) r
               ON r.campaign_id = a.campaign_id AND r.household_id = a.household_id
        GROUP BY 1, 2, 3, 4 ORDER BY 1, 4, 2, 3
    """,
}
