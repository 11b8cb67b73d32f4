"""SQL of what is done with segments as sets: combine them, divide one."""

from itertools import accumulate

from odoo.tools import SQL

BUCKETS = 10_000


def combined_sql(include, exclude, *, every) -> SQL:
    """Return SQL, in parentheses, of who is in any (or every) set and none of others.

    :param include: SQL sets of partner ids, at least one
    :param exclude: SQL sets of partner ids
    """
    parts = [
        SQL("SELECT id, %s::bigint FROM %s AS given(id)", 1 << place, members)
        for place, members in enumerate([*include, *exclude])
    ]
    wanted = (1 << len(include)) - 1
    unwanted = (1 << len(parts)) - 1 - wanted
    return SQL(
        """(SELECT id FROM (%s) member(id, bit) GROUP BY id
            HAVING bit_or(bit) & %s %s AND bit_or(bit) & %s = 0)""",
        SQL(" UNION ALL ").join(parts),
        wanted,
        SQL("= %s", wanted) if every else SQL("<> 0"),
        unwanted,
    )


def bucket_sql(salt, column) -> SQL:
    """Return `marketing_engine.assignment.assign_bucket` of a column, 0 to 9999."""
    return SQL(
        """('x' || substr(encode(sha256(convert_to(%s || ':' || %s::text, 'UTF8')),
                          'hex'), 1, 8))::bit(32)::bigint %% %s""",
        salt,
        column,
        BUCKETS,
    )


def get_bounds(shares):
    """Return where each part ends, in buckets; shares are percentages with sum 100."""
    return [round(end * BUCKETS / 100) for end in accumulate(shares)]


def part_sql(salt, column, shares) -> SQL:
    """Return the number of the part, from 0, to which a customer belongs for ever."""
    starts = [0, *get_bounds(shares)[:-1]]
    return SQL("width_bucket(%s, %s::bigint[]) - 1", bucket_sql(salt, column), starts)
