"""The SQL of conditions on what customers did.

A source gives one row for each thing that was done: `partner_id`, `company_id`, the
moment `at`, and what it measures. They are summed up a customer, and the customers for
whom the comparison holds are joined to the profiles: a join may be hashed whatever
stands around it (a NOT, an OR), where PostgreSQL would go through a sub-select once for
each customer when it takes its result for too large.
"""

import hashlib
from datetime import timedelta
from typing import NamedTuple

from odoo import fields
from odoo.fields import Domain
from odoo.tools import SQL

from .segment_values import read_day

_COMPARE = {name: SQL(name) for name in (">=", ">", "<=", "<", "=")} | {"!=": SQL("<>")}
_MEASURES = {
    "count": SQL("COUNT(*)"),
    "quantity": SQL("COALESCE(SUM(done.quantity), 0)"),
    "amount": SQL("COALESCE(SUM(done.amount), 0)"),
}


class Scope(NamedTuple):
    """Of whom the question is: a company, and in it some customers; None is any.

    The customers are their ids, or SQL of an array of ids.
    """

    company_id: int | None = None
    partner_ids: tuple | SQL | None = None


# Most shops sell to people, of whom hardly anybody is a contact of somebody else. So
# the few are joined, not all; and as a literal, because PostgreSQL takes them for many
# and would look each row up by itself.
_CONTACT = SQL(
    """LEFT JOIN (SELECT id, commercial_partner_id FROM res_partner
                   WHERE commercial_partner_id <> id) contact"""
)
MOST_CONTACTS = 20_000


def join_contacts(env, scope) -> SQL:
    """Return the beginning of a JOIN of contacts with the customer they belong to."""
    if scope.partner_ids is not None:
        return _CONTACT
    rows = env.execute_query(
        SQL(
            """SELECT id, commercial_partner_id FROM res_partner
                WHERE commercial_partner_id <> id LIMIT %s""",
            MOST_CONTACTS + 1,
        )
    )
    if len(rows) > MOST_CONTACTS:
        return _CONTACT
    return SQL(
        "LEFT JOIN unnest(%s::int[], %s::int[]) contact(id, commercial_partner_id)",
        literal(contact for contact, _customer in rows),
        literal(customer for _contact, customer in rows),
    )


def any_of(partner_ids) -> SQL:
    """Return the customers of a scope as the operand of a comparison."""
    ids = partner_ids if isinstance(partner_ids, SQL) else SQL("%s", list(partner_ids))
    return SQL("ANY(%s::int[])", ids)


def literal(partner_ids) -> SQL:
    """Return many ids as one literal: of an ARRAY each would be an expression."""
    return SQL("%s", f"{{{','.join(map(str, partner_ids))}}}")


def among_domain(partner_ids):
    """Return a domain, on whatever has a partner_id: it is one of these customers."""
    return Domain.custom(
        to_sql=lambda _model, alias, _query: SQL(
            "%s = %s", SQL.identifier(alias, "partner_id"), any_of(partner_ids)
        )
    )


def of_customers(column: SQL, scope):
    """Return a condition: the partner in `column` belongs to customers of the scope."""
    if scope.partner_ids is None:
        return SQL("%s IS NOT NULL", column)
    return SQL(
        """%s IN (SELECT id FROM res_partner
                   WHERE commercial_partner_id = %s)""",
        column,
        any_of(scope.partner_ids),
    )


def of_company(column: SQL, scope):
    if scope.company_id is None:
        return SQL("%s IS NOT NULL", column)
    return SQL("%s = %s", column, scope.company_id)


def within(env, column: SQL, activity):
    """Return a condition: the moment in `column` is in the period; days are UTC's."""
    parts = [SQL("TRUE")]
    if activity.since:
        parts.append(SQL("%s >= %s", column, read_day(env, activity.since)))
    if activity.until:
        day_after = read_day(env, activity.until) + timedelta(days=1)
        parts.append(SQL("%s < %s", column, day_after))
    return SQL(" AND ").join(parts)


def activity_domain(path, text, activity, scope):
    """Return the condition as a domain on customer.profile."""
    link = hashlib.sha256(f"{path} {text}".encode()).hexdigest()[:12]

    def to_sql(model, alias, query):
        model.env.flush_all()  # the statement reads tables that the ORM does not see
        kept = _ask_profile(model, path, activity, scope, alias)

        def ask_rows(scope):
            doers = _select_doers(model.env, path, activity, scope)
            found = _join_doers(query, alias, f"did_{link}", doers)
            empty = SQL("NULL" if activity.is_met_by_none else "NOT NULL")
            return SQL("%s IS %s", found, empty)

        if kept is None:
            return ask_rows(scope)
        return _ask_the_changed(model, alias, kept, scope, ask_rows)

    return Domain.custom(to_sql=to_sql)


def _ask_the_changed(model, alias, kept, scope, ask_rows):
    """Return ``kept``, but ask the rows of customers with a mark of a change."""
    changed = model._get_marked(scope.company_id)
    if not changed:
        return kept
    asked = literal(changed)
    return SQL(
        "CASE WHEN %s = %s THEN %s ELSE %s END",
        SQL.identifier(alias, "partner_id"),
        any_of(asked),
        ask_rows(scope._replace(partner_ids=asked)),
        kept,
    )


def _join_doers(query, alias, name, doers):
    """Join those who did it to the profiles; return the column that is set for them."""
    joined = query.make_alias(alias, name)
    partner, company = (
        SQL("%s = %s", SQL.identifier(joined, column), SQL.identifier(alias, column))
        for column in ("partner_id", "company_id")
    )
    if joined not in query._joins:  # the same condition may stand twice in a rule
        query.add_join(
            "LEFT JOIN", joined, SQL("(%s)", doers), SQL("%s AND %s", partner, company)
        )
    return SQL.identifier(joined, "partner_id")


def _ask_profile(model, path, activity, scope, alias):
    """Return the condition on the profile's own row; None if it is not kept there.

    For a few customers it is not worth it: their rows are found at once, and a compiled
    rule outlives what the profile says.
    """
    if scope.company_id is None or scope.partner_ids is not None:
        return None
    source = model._get_activity_source(path)
    condition = source.ask_profile(activity, alias)
    if condition is None or not model._is_diary_kept(scope.company_id):
        return None
    return condition


def _select_doers(env, path, activity, scope):
    """Select who meets the condition, or who does not if doing nothing meets it."""
    source = env["customer.profile"]._get_activity_source(path)
    having = SQL()
    if not activity.is_about_existence:
        compared = compare(_measure(activity.measure), activity)
        negation = SQL("NOT ") if activity.is_met_by_none else SQL()
        having = SQL("HAVING %s(%s)", negation, compared)
    return SQL(
        """SELECT done.partner_id, done.company_id
             FROM (%s) done
            GROUP BY done.partner_id, done.company_id %s""",
        source.select(activity, scope),
        having,
    )


def select_figures(env, path, activity, scope):
    """Select customer, measure, number and last moment of what the scope did."""
    source = env["customer.profile"]._get_activity_source(path)
    return SQL(
        """SELECT done.partner_id, %s, COUNT(*), MAX(done.at) FROM (%s) done
            GROUP BY done.partner_id""",
        _measure(activity.measure),
        source.select(activity, scope),
    )


def _measure(name):
    if name == "days_since_last":
        return SQL("GREATEST(%s - MAX(done.at)::date, 0)", fields.Date.today())
    return _MEASURES[name]


def compare(measure, activity):
    if activity.operator == "between":
        return SQL("%s BETWEEN %s AND %s", measure, *activity.value)
    return SQL("%s %s %s", measure, _COMPARE[activity.operator], activity.value)
