"""Many rules about few customers as one statement.

The rules of a company are columns of one row: its profile and, joined once, its
contact. So a customer is read once, whatever the number of segments. PostgreSQL
compares, as it does for the members, which makes the answers the same.
"""

import re

from odoo.fields import Domain
from odoo.tools import SQL, Query

_ALIAS = "customer_profile"
#: A rule that looks anything up in these goes into a WHERE of its own, where planning
#: can begin with the customer; as a column it would be computed for everybody.
_LARGE = re.compile(
    r'"?\b(res_partner|sale_order|sale_order_line|marketing_event|campaign_recipient'
    r"|account_move|account_move_line|segment_membership|customer_profile\w*"
    r"|customer_pattern)\b"
)
#: What moves while nobody changes the rule that asks for it: relative times, what
#: customers did, segments, and the places of records in a tree.
_MOVING = re.compile(r"""['"]\s*(now|[-+=][\da-z])|\{|segment_ids|child_of|parent_of""")

_COLUMNS = """
    SELECT {alias}.partner_id, said.segment_id
      FROM %(tables)s
     CROSS JOIN LATERAL (VALUES %(columns)s) AS said(segment_id, met)
     WHERE %(among)s AND %(where)s AND said.met
""".replace("{alias}", _ALIAS)
_ROWS = """
    SELECT {alias}.partner_id, %(segment)s::int AS segment_id
      FROM %(tables)s
     WHERE %(among)s AND %(where)s AND %(condition)s
""".replace("{alias}", _ALIAS)
_ASKED = SQL("(SELECT ids FROM asked)")
_AMONG = SQL("%s = ANY(%s::int[])", SQL.identifier(_ALIAS, "partner_id"), _ASKED)


def compile_rules(company, rules) -> SQL | None:
    """Return SQL of (partner_id, segment_id) of customers who meet rules, or None.

    The customers are those of a WITH item ``asked``, see `ask`.

    :param company: as the superuser
    :param rules: {segment id: checked rule} of segments of the company
    """
    if not rules:
        return None
    profiles = company.env["customer.profile"].with_context(active_test=False)
    columns, rows = [], []
    query, where = _begin(profiles, company)
    for segment_id, rule in rules.items():
        own_query, own_where = _begin(profiles, company)
        bound = profiles._bind_rule(rule, company, _ASKED)
        condition = join_contact(bound, profiles)._to_sql(profiles, _ALIAS, own_query)
        if _looks_up(condition, own_query):
            rows.append(_as_rows(segment_id, condition, own_query, own_where))
        else:
            for alias, join in own_query._joins.items():
                query._joins.setdefault(alias, join)
            columns.append(SQL("(%s, %s)", segment_id, condition))
    if columns:
        rows.append(_as_columns(columns, query, where))
    return _settle(company.env.cr, SQL(" UNION ALL ").join(rows))


def _settle(cr, statement):
    """Return the statement with its values written into it, once for many questions.

    Hundreds of rules have thousands of values; for one customer, handing them over
    each time takes longer than the question.
    """
    text = cr.mogrify(statement).decode()
    # quoted by psycopg2 just now; pylint: disable-next=sql-injection
    return SQL(text.replace("%", "%%"))


def get_clock(text) -> str:
    """Return how long a rule that is written so means the same: ever, day or minute."""
    if _MOVING.search(text):
        return "minute"
    return "day" if "today" in text else "ever"


def ask(partner_ids) -> SQL:
    """Return the WITH item that says which customers compiled rules are about."""
    # one literal: of an ARRAY of 10,000 numbers PostgreSQL makes 10,000 expressions
    numbers = f"{{{','.join(map(str, partner_ids))}}}"
    return SQL("asked AS MATERIALIZED (SELECT %s::int[] AS ids)", numbers)


def _begin(profiles, company):
    """Return a query on profiles, and that they are this company's and not archived."""
    query = Query(profiles.env, _ALIAS, profiles._table_sql)
    own = Domain("company_id", "=", company.id) & Domain("partner_id.active", "=", True)
    return query, join_contact(own, profiles)._to_sql(profiles, _ALIAS, query)


def join_contact(domain, profiles):
    """Return the domain with all questions about the contact on one joined row.

    Left to itself it is a sub-select of all contacts that meet it. Each profile has a
    contact, so "not one who …" is one who does not.
    """
    partners = profiles.env["res.partner"]

    def join(condition):
        value = condition.value
        if condition.field_expr != "partner_id" or not isinstance(value, Domain):
            return condition
        if condition.operator.startswith("not "):
            value = (~value).optimize_full(partners)
        return Domain("partner_id", "any!", value)

    joined = domain.optimize_full(profiles).map_conditions(join)
    return joined.optimize_full(profiles)


def _looks_up(condition, query):
    """Return whether a condition reads large tables: in itself, or joined to it."""
    return _LARGE.search(_without_columns(condition.code)) or any(
        "SELECT" in table.code for _kind, table, _condition in query._joins.values()
    )


def _without_columns(code):
    """Return the code without "table"."column": only the tables that it reads."""
    return re.sub(r'"\w+"\."\w+"', "", code)


def _as_rows(segment_id, condition, query, where):
    return SQL(
        _ROWS,
        segment=segment_id,
        tables=query.from_clause,
        among=_AMONG,
        where=where,
        condition=condition,
    )


def _as_columns(columns, query, where):
    return SQL(
        _COLUMNS,
        tables=query.from_clause,
        columns=SQL(", ").join(columns),
        among=_AMONG,
        where=where,
    )
