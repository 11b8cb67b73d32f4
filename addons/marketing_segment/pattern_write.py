"""The statements that make the stored patterns equal to those of a run."""

import numpy as np

from odoo.tools import SQL

from odoo.addons.marketing_engine.patterns import PATTERNS

from .pattern_arrays import DAYS, SCORE_DECIMALS, to_literal

# A FULL JOIN is never done by a nested loop; rows that stayed the same are left alone.
_LABELS = """
    WITH fresh AS MATERIALIZED (
        SELECT profile.id AS profile_id, given.*
          FROM unnest(%(partners)s::int[], %(patterns)s::text[], %(scores)s::numeric[],
                      %(primaries)s::bool[], %(figures)s::float8[],
                      %(thresholds)s::float8[], %(supports)s::float8[],
                      %(categories)s::int[])
               AS given(partner_id, pattern, score, is_primary, figure, threshold,
                        support, category_id)
          JOIN customer_profile profile ON profile.partner_id = given.partner_id
                                       AND profile.company_id = %(company)s
    ), moved AS MATERIALIZED (
        SELECT old.id AS old_id, old.partner_id AS old_partner_id,
               old.pattern AS old_pattern, fresh.*
          FROM (SELECT * FROM customer_pattern
                 WHERE company_id = %(company)s
                   AND partner_id BETWEEN %(first)s AND %(last)s) old
          FULL JOIN fresh ON fresh.partner_id = old.partner_id
                         AND fresh.pattern = old.pattern
         WHERE (old.profile_id, old.score, old.is_primary, old.figure, old.threshold,
                old.support, old.category_id)
               IS DISTINCT FROM
               (fresh.profile_id, fresh.score, fresh.is_primary, fresh.figure,
                fresh.threshold, fresh.support, fresh.category_id)
    ), gone AS (
        DELETE FROM customer_pattern
         WHERE id IN (SELECT old_id FROM moved WHERE partner_id IS NULL)
    ), changed AS (
        UPDATE customer_pattern old
           SET profile_id = new.profile_id, score = new.score,
               is_primary = new.is_primary, figure = new.figure,
               threshold = new.threshold, support = new.support,
               category_id = new.category_id
          FROM moved new
         WHERE old.id = new.old_id AND new.partner_id IS NOT NULL
    ), come AS (
        INSERT INTO customer_pattern
               (profile_id, partner_id, company_id, pattern, score, is_primary,
                figure, threshold, support, category_id, since)
        SELECT profile_id, partner_id, %(company)s, pattern, score, is_primary,
               figure, threshold, support, category_id, %(today)s
          FROM moved
         WHERE old_id IS NULL
            ON CONFLICT (partner_id, company_id, pattern) DO NOTHING
     RETURNING id, partner_id, pattern
    )
    SELECT 'left', old_id, old_partner_id, old_pattern FROM moved
     WHERE partner_id IS NULL
     UNION ALL
    SELECT 'entered', id, partner_id, pattern FROM come
"""

_PRIMARY = """
    UPDATE customer_profile profile
       SET pattern_primary = given.pattern
      FROM unnest(%(partners)s::int[], %(patterns)s::text[])
           AS given(partner_id, pattern)
     WHERE profile.company_id = %(company)s AND profile.partner_id = given.partner_id
       AND profile.pattern_primary IS DISTINCT FROM given.pattern
"""

_NAMES = np.array(PATTERNS)


def write_labels(company, today, ids, result, evidence, categories) -> SQL:
    """Return the statement that stores the labels of the customers `ids`, ascending.

    It answers with ('entered' or 'left', row id, partner id, pattern).
    """
    rows, columns = np.nonzero(result.labels)
    figures = evidence.figure[rows, columns]
    figures[np.isin(columns, DAYS)] = np.nan
    literals = {
        "partners": ids[rows],
        "patterns": _NAMES[columns],
        "scores": np.round(result.scores[rows, columns], SCORE_DECIMALS),
        "primaries": result.primary[rows] == columns,
        "figures": figures,
        "thresholds": evidence.threshold[columns],
        "supports": evidence.support[rows, columns],
    }
    return SQL(
        _LABELS,
        company=company.id,
        today=today,
        first=int(ids[0]),
        last=int(ids[-1]),
        categories=to_literal(_name_categories(categories[rows], columns)),
        **{name: to_literal(column.tolist()) for name, column in literals.items()},
    )


def _name_categories(categories, columns):
    """Return the category of each label that is about one; NaN is written as NULL."""
    focused = columns == PATTERNS.index("CATEGORY_FOCUSED")
    return [
        int(category) if focus and category == category else float("nan")
        for category, focus in zip(categories, focused, strict=True)
    ]


def write_primary(company, ids, primary) -> SQL:
    """Return the statement that stores the main pattern of each of the customers."""
    names = [PATTERNS[number] if number >= 0 else "NULL" for number in primary.tolist()]
    return SQL(
        _PRIMARY,
        company=company.id,
        partners=to_literal(ids.tolist()),
        patterns=to_literal(names),
    )
