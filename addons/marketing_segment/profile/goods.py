"""What was bought: categories, price band, discount and price elasticity.

Logarithms are kept as whole millionths: sums of whole numbers do not depend on the
order of rows, so the same history always gives the same last digit.
"""

# Discounts given as a line of their own (coupons, rewards) count for their whole order.
GOODS = """
coupons AS (
    SELECT order_id
      FROM lines
     WHERE amount < 0 AND quantity > 0 AND recent
     GROUP BY order_id
    HAVING -SUM(amount) >= %(bargain)s / 100.0
                           * (MAX(order_amount) * 1e6 - SUM(amount))
), spent AS MATERIALIZED (
    SELECT partner_id, SUM(amount) FILTER (WHERE cost IS NOT NULL) AS costed,
           SUM(cost) AS cost, SUM(amount) FILTER (WHERE recent AND amount > 0) AS paid,
           SUM(amount) FILTER (WHERE recent AND amount > 0 AND (
               discount >= %(bargain)s OR order_id IN (SELECT order_id FROM coupons)))
               AS bargains,
           COUNT(*) FILTER (WHERE recent AND amount > 0) AS lines,
           COUNT(*) FILTER (WHERE amount > 0 AND quantity > 0) AS priced_lines
      FROM lines
     GROUP BY partner_id
), bought AS MATERIALIZED (
    SELECT partner_id, product_id, categ_id, SUM(amount) AS ever,
           SUM(amount) FILTER (WHERE recent) AS recent,
           COUNT(*) FILTER (WHERE recent AND amount > 0) AS lines,
           bool_or(quantity > 0) AS is_taken,
           -- before the discount: a price level, not a bargain
           SUM(CASE WHEN discount = 0 THEN amount
                    ELSE ROUND(amount / (1 - discount::float8 / 100)) END)
               FILTER (WHERE recent AND amount > 0 AND quantity > 0 AND discount < 100)
               AS list_amount,
           SUM(quantity)
               FILTER (WHERE recent AND amount > 0 AND quantity > 0 AND discount < 100)
               AS units
      FROM lines
     GROUP BY partner_id, product_id, categ_id
), category_amounts AS (
    SELECT partner_id, categ_id, ever, recent FROM bought
     UNION ALL
    SELECT partner_id, categ_id, -goods, CASE WHEN recent THEN -goods END FROM refunded
), category_revenue AS (
    SELECT partner_id, categ_id, SUM(ever) AS ever, SUM(recent) AS recent
      FROM category_amounts
     WHERE categ_id IS NOT NULL
     GROUP BY partner_id, categ_id
), favourite AS (
    -- Most revenue in the window; without any there, most revenue ever.
    SELECT DISTINCT ON (partner_id) partner_id, categ_id AS favourite_category_id
      FROM category_revenue
     WHERE ever > 0 OR recent > 0
     ORDER BY partner_id, GREATEST(recent, 0) DESC, ever DESC, categ_id
), categories AS (
    SELECT partner_id, COUNT(*) FILTER (WHERE recent > 0)::int AS category_count,
           MAX(recent) / NULLIF(SUM(recent) FILTER (WHERE recent > 0), 0) AS top_share
      FROM category_revenue
     GROUP BY partner_id
)"""

# Of each product the mean price per unit; of each category the prices that cut its
# products into thirds. Needs three products: fewer have no low and high.
CUTS_OF_ALL = """
prices AS (
    SELECT categ_id, ROUND((SUM(list_amount) / SUM(units))::numeric, 6) AS price
      FROM bought
     WHERE units > 0
     GROUP BY categ_id, product_id
), price_cuts AS (
    SELECT categ_id,
           percentile_disc(1 / 3.0) WITHIN GROUP (ORDER BY price) AS low,
           percentile_disc(2 / 3.0) WITHIN GROUP (ORDER BY price) AS high
      FROM prices
     GROUP BY categ_id
    HAVING COUNT(*) >= 3 AND categ_id IS NOT NULL
)"""
CUTS_STORED = """
price_cuts AS (
    SELECT key AS categ_id, MAX(value) FILTER (WHERE kind = 'price_low') AS low,
           MAX(value) FILTER (WHERE kind = 'price_high') AS high
      FROM customer_profile_norm
     WHERE company_id = %(company)s AND kind IN ('price_low', 'price_high')
     GROUP BY key
)"""

PRICES = """
leveled AS (
    -- FULL: as in `joined`, never a nested loop
    SELECT bought.partner_id, bought.lines,
           ROUND((bought.list_amount / bought.units)::numeric, 6) AS price,
           cut.low, cut.high
      FROM bought
      FULL JOIN price_cuts cut ON cut.categ_id = bought.categ_id
     WHERE COALESCE(bought.units, 0) > 0 AND COALESCE(cut.low, -1) >= 0
), price_levels AS (
    SELECT partner_id, SUM(lines) AS leveled_lines,
           SUM(lines::int * CASE WHEN price > high THEN 2
                            WHEN price <= low AND low < high THEN 0 ELSE 1 END)
           / SUM(lines)::numeric AS price_level
      FROM leveled
     GROUP BY partner_id
), answers AS (
    -- within each product, so that dear and cheap products are not compared
    SELECT partner_id, COUNT(*) AS n, SUM(x) AS x, SUM(y) AS y,
           SUM(x * x) AS xx, SUM(x * y) AS xy, SUM(y * y) AS yy
      FROM (
           SELECT partner_id, product_id, (LN(amount / quantity) * 1e6)::bigint AS x,
                  (LN(quantity / 1e6) * 1e6)::bigint AS y
             FROM lines
            WHERE amount > 0 AND quantity > 0 AND discount < 100
              AND (partner_id IN (SELECT partner_id FROM spent
                                   WHERE priced_lines > %(elastic_lines)s)) IS TRUE
           ) priced
     GROUP BY partner_id, product_id
    HAVING COUNT(*) > 1
), spreads AS (
    SELECT partner_id, SUM(n) AS n, COUNT(*) AS products,
           SUM(xx - x * x / n) AS xx, SUM(xy - x * y / n) AS xy,
           SUM(yy - y * y / n) AS yy
      FROM answers
     GROUP BY partner_id
), elasticities AS (
    SELECT partner_id, ROUND(xy / xx, 3) AS price_elasticity
      FROM spreads
     WHERE n - products - 1 >= %(elastic_lines)s
       AND xx >= n * (%(price_spread)s * 1e6) ^ 2
       AND (yy - xy * xy / xx) / ((n - products - 1) * xx) <= %(elastic_error)s ^ 2
)"""
