"""Lifecycle: how long a customer has been silent, measured by the own rhythm.

Of gaps with the median m, spread as chance does (exponential), one of ten is longer
than 3.32 m (ln 10 / ln 2) and one of a hundred than twice that.
"""

# The rhythm of those who have shown one stands for those who have not.
RHYTHM_OF_ALL = """
usual AS MATERIALIZED (
    SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY gap) AS gap FROM rhythms
)"""
RHYTHM_STORED = """
usual AS MATERIALIZED (
    SELECT MAX(value) AS gap
      FROM customer_profile_norm
     WHERE company_id = %(company)s AND kind = 'rhythm'
)"""

_LIMIT = """
    GREATEST(%(least_limit)s, LEAST(%(most_limit)s, 3.32 * COALESCE(
        CASE WHEN gaps >= %(own_gaps)s THEN gap END,
        (SELECT usual.gap FROM usual), %(usual_gap)s)))"""
STAGE = f"""
    CASE WHEN tenure_days < %(new_days)s THEN 'new'
         WHEN recency_days <= {_LIMIT} THEN 'active'
         WHEN recency_days <= 2 * {_LIMIT} THEN 'at_risk'
         ELSE 'inactive' END"""

#: The usual values that the incremental refresh needs, from a full one.
NORMS = """
norms AS (
    INSERT INTO customer_profile_norm (company_id, kind, key, value)
    SELECT %(company)s, kind, key, value FROM (
        SELECT 'rhythm' AS kind, 0 AS key, gap AS value FROM usual
         UNION ALL
        SELECT 'weekday', slot, weight FROM weekday_weights
         UNION ALL
        SELECT 'hour', slot, weight FROM hour_weights
         UNION ALL
        SELECT 'price_low', categ_id, low FROM price_cuts
         UNION ALL
        SELECT 'price_high', categ_id, high FROM price_cuts) found
     WHERE value IS NOT NULL
    RETURNING 1
)"""
