"""What was bought: categories, price band, discount and price elasticity.

Logarithms are kept as whole millionths: sums of whole numbers do not depend on the
order of rows, so the same history always gives the same last digit.
"""

# Discounts given as a line of their own (coupons, rewards) count for their whole order.
GOODS = """
coupons AS (
    SELECT given.order_id
      FROM (SELECT order_id, -SUM(amount) AS amount
              FROM lines
             WHERE amount < 0 AND quantity > 0 AND recent
             GROUP BY order_id) given
      JOIN orders o ON o.id = given.order_id
     WHERE given.amount >= %(bargain)s / 100.0
                           * (o.amount_untaxed / o.rate + given.amount)
), priced AS (
    SELECT lines.*, coupons.order_id IS NOT NULL AS has_coupon,
           CASE WHEN amount > 0 AND quantity > 0 AND discount < 100
                THEN (LN((amount / quantity)::float8) * 1e6)::bigint END AS x,
           CASE WHEN amount > 0 AND quantity > 0 AND discount < 100
                THEN (LN(quantity::float8) * 1e6)::bigint END AS y
      FROM lines
      LEFT JOIN coupons ON coupons.order_id = lines.order_id
), bought AS MATERIALIZED (
    SELECT partner_id, product_id, SUM(amount) AS ever,
           SUM(amount) FILTER (WHERE recent) AS recent,
           COUNT(*) FILTER (WHERE recent AND amount > 0) AS lines,
           SUM(costed) AS costed, SUM(cost) AS cost,
           SUM(amount) FILTER (WHERE recent AND amount > 0) AS paid,
           SUM(amount) FILTER (WHERE recent AND amount > 0
               AND (discount >= %(bargain)s OR has_coupon)) AS bargains,
           -- before the discount: a price level, not a bargain
           SUM(amount / (1 - discount / 100)) FILTER (WHERE recent AND x IS NOT NULL)
               AS list_amount,
           SUM(quantity) FILTER (WHERE recent AND x IS NOT NULL) AS units,
           COUNT(x) AS n, SUM(x) AS x, SUM(y) AS y,
           SUM(x * x) AS xx, SUM(x * y) AS xy, SUM(y * y) AS yy
      FROM priced
     GROUP BY partner_id, product_id
), category_amounts AS (
    SELECT bought.partner_id, template.categ_id, bought.ever, bought.recent,
           bought.lines
      FROM bought
      JOIN product_product product ON product.id = bought.product_id
      JOIN product_template template ON template.id = product.product_tmpl_id
     UNION ALL
    SELECT partner_id, categ_id, -amount, CASE WHEN recent THEN -amount END, 0
      FROM refunded
), category_revenue AS (
    SELECT partner_id, categ_id, SUM(ever) AS ever, SUM(recent) AS recent,
           SUM(lines) AS lines
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
           MAX(recent) / NULLIF(SUM(recent) FILTER (WHERE recent > 0), 0) AS top_share,
           SUM(lines) AS lines
      FROM category_revenue
     GROUP BY partner_id
)"""

# Of each product the mean price per unit; of each category the prices that cut its
# products into thirds. Needs three products: fewer have no low and high.
CUTS_OF_ALL = """
prices AS (
    SELECT template.categ_id, SUM(bought.list_amount) / SUM(bought.units) AS price
      FROM bought
      JOIN product_product product ON product.id = bought.product_id
      JOIN product_template template ON template.id = product.product_tmpl_id
     WHERE bought.units > 0
     GROUP BY template.categ_id, bought.product_id
), price_cuts AS (
    SELECT categ_id,
           ROUND(percentile_disc(1 / 3.0) WITHIN GROUP (ORDER BY price), 6) AS low,
           ROUND(percentile_disc(2 / 3.0) WITHIN GROUP (ORDER BY price), 6) AS high
      FROM prices
     GROUP BY categ_id
    HAVING COUNT(*) >= 3
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
    SELECT bought.partner_id, bought.paid, bought.bargains,
           CASE WHEN cut.low IS NOT NULL AND bought.units > 0 THEN bought.lines END
               AS lines,
           CASE WHEN ROUND(bought.list_amount / NULLIF(bought.units, 0), 6) > cut.high
                THEN 2
                WHEN ROUND(bought.list_amount / NULLIF(bought.units, 0), 6) <= cut.low
                     AND cut.low < cut.high THEN 0
                ELSE 1 END AS level
      FROM bought
      JOIN product_product product ON product.id = bought.product_id
      JOIN product_template template ON template.id = product.product_tmpl_id
      LEFT JOIN price_cuts cut ON cut.categ_id = template.categ_id
     WHERE bought.lines > 0
), prices_paid AS (
    SELECT partner_id, SUM(bargains) AS bargains, SUM(paid) AS paid,
           SUM(lines) AS leveled_lines, SUM(level * lines) / SUM(lines) AS price_level
      FROM leveled
     GROUP BY partner_id
), spreads AS (
    -- within each product, so that dear and cheap products are not compared
    SELECT partner_id, SUM(n) AS n, COUNT(*) AS products,
           SUM(xx - x * x / n) AS xx, SUM(xy - x * y / n) AS xy,
           SUM(yy - y * y / n) AS yy
      FROM bought
     WHERE n > 1
     GROUP BY partner_id
), elasticities AS (
    SELECT partner_id, ROUND(xy / xx, 3) AS price_elasticity
      FROM spreads
     WHERE n - products - 1 >= %(elastic_lines)s
       AND xx >= n * (%(price_spread)s * 1e6) ^ 2
       AND (yy - xy * xy / xx) / ((n - products - 1) * xx) <= %(elastic_error)s ^ 2
)"""
