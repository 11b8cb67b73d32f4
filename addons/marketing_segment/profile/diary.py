"""The days of the orders, what was spent until each, and the products ever bought.

With them a condition on orders of any period is a look at one row: how many days of a
sorted list are below its ends (`segment_activity_diary`). So is whether something was
bought at all.
"""

#: Columns of the table that are no fields: only conditions on purchases read them.
KEPT = ("order_days", "amount_days", "amount_sums", "bought_ids")
#: Which of them a row has; raise it with them, and rows of before are not relied on. A
#: column of its own, as an index that looks at a list is written to with each order.
VERSION = 1

# `amount_days` is empty where it would repeat `order_days`: without refunds. Days that
# are equal have one sum, so that nothing depends on the order of rows. The window
# leaves its rows sorted, and array_agg takes them as they come; ORDER BY keeps the
# planner from hashing the groups, of which each would take half a kilobyte an array.
DIARY = """
entries AS (
    SELECT partner_id, date_order::date AS day, TRUE AS ordered,
           ROUND(amount_untaxed / rate, 6) AS amount
      FROM orders
     UNION ALL
    SELECT partner_id, day, FALSE, -exact FROM refunded
     UNION ALL
    SELECT partner_id, day, FALSE, -amount FROM unlinked
), running AS (
    SELECT partner_id, day, ordered,
           SUM(amount) OVER (PARTITION BY partner_id ORDER BY day) AS amount
      FROM entries
), diaries AS (
    SELECT partner_id,
           array_agg(day ORDER BY day) FILTER (WHERE ordered) AS order_days,
           CASE WHEN NOT bool_and(ordered) THEN array_agg(day) END AS amount_days,
           array_agg(amount) AS amount_sums
      FROM running
     GROUP BY partner_id
), holdings AS (
    SELECT partner_id, array_agg(product_id ORDER BY product_id) AS bought_ids
      FROM bought
     WHERE is_taken
     GROUP BY partner_id
)"""
