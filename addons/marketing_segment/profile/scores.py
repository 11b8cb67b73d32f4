"""Recency, frequency and monetary scores: ranked among all, or by stored cut points."""

# percent_rank() * 5 in whole numbers: no score depends on the rounding of a division.
RANKED = """
ranked AS (
    SELECT facts.*, COUNT(*) OVER () - 1 AS others,
           RANK() OVER (ORDER BY recency_days DESC) - 1 AS recency_rank,
           RANK() OVER (ORDER BY frequency) - 1 AS frequency_rank,
           RANK() OVER (ORDER BY monetary) - 1 AS monetary_rank
      FROM facts
), scored AS (
    SELECT ranked.*,
           LEAST(5, 1 + 5 * recency_rank / GREATEST(others, 1))::int AS recency_score,
           LEAST(5, 1 + 5 * frequency_rank / GREATEST(others, 1))::int
               AS frequency_score,
           LEAST(5, 1 + 5 * monetary_rank / GREATEST(others, 1))::int AS monetary_score
      FROM ranked
)"""

# Scores and where each begins, both ascending, read once: so many beginnings are at
# most a customer's value, and the last of them is the score. Few days score high.
BY_CUTS = """
cuts AS MATERIALIZED (
    SELECT array_agg(score ORDER BY score) FILTER (WHERE recency) AS recency,
           array_agg(-value ORDER BY score) FILTER (WHERE recency) AS recency_from,
           array_agg(score ORDER BY score) FILTER (WHERE frequency) AS frequency,
           array_agg(value ORDER BY score) FILTER (WHERE frequency) AS frequency_from,
           array_agg(score ORDER BY score) FILTER (WHERE monetary) AS monetary,
           array_agg(value ORDER BY score) FILTER (WHERE monetary) AS monetary_from
      FROM (SELECT score, value::numeric, dimension = 'recency' AS recency,
                   dimension = 'frequency' AS frequency,
                   dimension = 'monetary' AS monetary
              FROM customer_profile_cut WHERE company_id = %(company)s) cut
), scored AS (
    SELECT facts.*,
           COALESCE(cuts.recency[width_bucket(
               -facts.recency_days::numeric, recency_from)], 1) AS recency_score,
           COALESCE(cuts.frequency[width_bucket(
               facts.frequency::numeric, frequency_from)], 1) AS frequency_score,
           COALESCE(cuts.monetary[width_bucket(
               facts.monetary::numeric, monetary_from)], 1) AS monetary_score
      FROM facts CROSS JOIN cuts
)"""
