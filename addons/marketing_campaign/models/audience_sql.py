"""The audience of a campaign as one SQL query: who, at which address, why not.

The estimate on the form and the rows that are sent are built from the same query, so
they can differ only by what changed in between.
"""

from typing import NamedTuple

from odoo.tools import SQL

from odoo.addons.marketing_base.addresses import normalised_sql

BUCKETS = 10_000

# One row a customer of the audience. `refusal` is known before two customers with one
# address are told apart: the address goes to the one who may receive, if any.
_JUDGED = """
    WITH member AS (
        SELECT partner_id FROM (%(include)s) included %(exclude)s
    ), person AS MATERIALIZED (
        SELECT given.*,
               %(normalised)s AS email_address, %(address_key)s AS address_key
          FROM (SELECT p.id AS partner_id, p.active, %(address)s AS address
                  FROM res_partner p
                 WHERE p.id IN (SELECT m.commercial_partner_id FROM res_partner m
                                  JOIN member ON member.partner_id = m.id)
                OFFSET 0) given
         %(part)s
    ), judged AS MATERIALIZED (
        SELECT person.*,
               CASE WHEN NOT active THEN 'archived'
                    WHEN COALESCE(btrim(address), '') = '' THEN %(missing)s
                    WHEN address_key IS NULL THEN %(invalid)s
                    ELSE %(refusal)s END AS refusal
          FROM person
    ), ranked AS (
        SELECT judged.*,
               row_number() OVER (PARTITION BY address_key
                                  ORDER BY refusal IS NOT NULL, partner_id) AS place
          FROM judged
    ), audience AS (
        SELECT partner_id, email_address,
               address_key IS NOT NULL AND place = 1 AS owns_address, address_key,
               COALESCE(refusal, CASE WHEN place > 1 THEN 'duplicate_address' END)
                   AS reason,
               %(held_out)s AS in_holdout
          FROM ranked
    )
"""


def bucket_sql(salt, unit, buckets=BUCKETS):
    """SQL twin of ``marketing_engine.experiments.assign_bucket``."""
    return SQL(
        """('x' || substr(encode(sha256(convert_to(%s || ':' || %s, 'UTF8')), 'hex'),
            1, 8))::bit(32)::bigint %% %s""",
        salt,
        unit,
        buckets,
    )


def holdout_sql(salt, share):
    """Whether the customer `partner_id` belongs to the control group of `share`."""
    if not share:
        return SQL("FALSE")
    return SQL(
        "%s < %s", bucket_sql(salt, SQL("partner_id::text")), round(share * BUCKETS)
    )


class Addresses(NamedTuple):
    """How a channel reaches a customer.

    `address` is an expression over the customer `p`, `key` one over `given.address`;
    `missing` and `invalid` are the reasons of whoever has none that can be used.
    """

    channel: str
    address: SQL
    key: SQL
    missing: str
    invalid: str


def judged_sql(*, include, exclude, addresses, refusal, held_out, part=None):
    """`WITH …` clause ending in the table `audience`, or in a part of it.

    :param part: (number from 0, of how many)
    """
    normalised = normalised_sql(addresses.channel, SQL("given.address"))
    return SQL(
        _JUDGED,
        include=SQL(" UNION ").join(include),
        exclude=SQL().join(SQL(" EXCEPT (%s)", members) for members in exclude),
        address=addresses.address,
        normalised=normalised,
        part=_part_sql(normalised, *part) if part and part[1] > 1 else SQL(),
        address_key=addresses.key,
        missing=addresses.missing,
        invalid=addresses.invalid,
        refusal=refusal,
        held_out=held_out,
    )


def _part_sql(normalised, number, parts):
    """Customers with one address are in one part: only one of them may get it."""
    return SQL(
        """WHERE mod(hashtextextended(COALESCE(NULLIF(%s, ''), partner_id::text), 0)
                     & 9223372036854775807, %s) = %s""",
        normalised,
        parts,
        number,
    )


def members_count_sql(include):
    """Number of customers in any of the segments."""
    return SQL("SELECT count(*) FROM (%s) included", SQL(" UNION ").join(include))


def estimate_sql(judged):
    """Number of customers by (reason or NULL, in the control group)."""
    return SQL(
        """%s SELECT reason, in_holdout AND reason IS NULL, count(*)
                FROM audience GROUP BY 1, 2""",
        judged,
    )


def insert_sql(judged, *, campaign_id, company_id, channel, share, extra=()):
    """One message row a customer; run twice, it adds only who is new.

    Who has no address of his own gets a key of his own, so that he is counted and
    explained as well. The arm is the assignment by hash; an experiment compares the
    rows that are not `skipped`. Columns that are left out have defaults. `extra` holds
    further columns as pairs (name, expression over the audience).
    """
    return SQL(
        """%(judged)s
        INSERT INTO campaign_recipient (
               campaign_id, company_id, customer_id, step_key, channel, address_key,
               email_address, state, reason, arm, propensity %(names)s)
        SELECT %(campaign)s, %(company)s, partner_id, '', %(channel)s,
               CASE WHEN owns_address THEN address_key
                    ELSE 'partner:' || partner_id END,
               CASE WHEN address_key IS NOT NULL THEN email_address END,
               CASE WHEN reason IS NOT NULL THEN 'skipped'
                    WHEN in_holdout THEN 'held_out' ELSE 'queued' END,
               COALESCE(reason, CASE WHEN in_holdout THEN 'global_holdout' END),
               CASE WHEN in_holdout THEN 'global_holdout' ELSE 'treated' END,
               CASE WHEN in_holdout THEN %(share)s::float ELSE 1 - %(share)s::float END
               %(values)s
          FROM audience
         ORDER BY partner_id
            ON CONFLICT (campaign_id, step_key, channel, address_key) DO NOTHING""",
        judged=judged,
        campaign=campaign_id,
        company=company_id,
        channel=channel,
        share=share,
        names=SQL().join(SQL(", %s", SQL.identifier(name)) for name, _value in extra),
        values=SQL().join(SQL(", %s", value) for _name, value in extra),
    )
