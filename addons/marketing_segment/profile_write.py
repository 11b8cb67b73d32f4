"""The statement that makes the stored profiles equal to what they should be."""

from odoo.tools import SQL

from .profile.people import ENGAGEMENT
from .profile.stages import NORMS
from .profile_query import WRITTEN, among, fresh_engagement, fresh_profiles

# UPDATE and INSERT rather than ON CONFLICT, which would use up an id for each of the
# unchanged customers every night. A FULL JOIN is never done by a nested loop, which
# would be quadratic; what follows it looks up rows by their id.
_WRITE = """
different AS MATERIALIZED (
    SELECT stored.id AS profile_id, fresh.*
      FROM (SELECT * FROM customer_profile profile
             WHERE profile.company_id = %(company)s AND %(profiles)s) stored
      FULL JOIN fresh ON fresh.partner_id = stored.partner_id
     WHERE (%(stored)s) IS DISTINCT FROM (%(values)s)
), vanished AS (
    DELETE FROM customer_profile
     WHERE id IN (SELECT profile_id FROM different WHERE partner_id IS NULL)
    RETURNING 1
), changed AS (
    UPDATE customer_profile profile
       SET (%(columns)s, refreshed_at) = ROW (%(new)s, %(now)s)
      FROM different new
     WHERE profile.id = new.profile_id AND new.partner_id IS NOT NULL
    RETURNING 1
), added AS (
    INSERT INTO customer_profile (partner_id, company_id, %(columns)s, refreshed_at)
    SELECT new.partner_id, %(company)s, %(new)s, %(now)s
      FROM different new
     WHERE new.profile_id IS NULL
    ON CONFLICT (partner_id, company_id) DO NOTHING
    RETURNING 1
)
SELECT (SELECT COUNT(*) FROM added), (SELECT COUNT(*) FROM changed),
       (SELECT COUNT(*) FROM vanished)
"""


def write_profiles(company, today, now, partner_ids=None) -> SQL:
    """Return the statement that makes the table equal to `fresh_profiles`.

    It answers with one row: profiles added, changed and deleted.
    """
    columns = [SQL.identifier(name) for name in WRITTEN]
    write = SQL(
        _WRITE,
        company=company.id,
        now=now,
        profiles=among(SQL("profile.partner_id"), partner_ids),
        columns=SQL(", ").join(columns),
        values=SQL(", ").join(SQL.identifier("fresh", name) for name in WRITTEN),
        new=SQL(", ").join(SQL.identifier("new", name) for name in WRITTEN),
        stored=SQL(", ").join(SQL.identifier("stored", name) for name in WRITTEN),
    )
    fresh = fresh_profiles(company, today, partner_ids)
    if partner_ids is None:
        fresh = SQL("%s, %s", fresh, SQL(NORMS, company=company.id))
    return SQL("WITH %s, %s", fresh, write)


def write_engagement(company, now, partner_ids) -> SQL:
    """Return the statement that brings what messages led to into existing profiles."""
    names = [SQL.identifier(name) for name in ENGAGEMENT]
    return SQL(
        """WITH %s UPDATE customer_profile profile
              SET (%s, refreshed_at) = ROW (%s, %s)
             FROM people
            WHERE profile.partner_id = people.partner_id AND profile.company_id = %s
              AND (%s) IS DISTINCT FROM (%s)""",
        fresh_engagement(company, partner_ids),
        SQL(", ").join(names),
        SQL(", ").join(SQL.identifier("people", name) for name in ENGAGEMENT),
        now,
        company.id,
        SQL(", ").join(SQL.identifier("profile", name) for name in ENGAGEMENT),
        SQL(", ").join(SQL.identifier("people", name) for name in ENGAGEMENT),
    )
