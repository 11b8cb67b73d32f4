"""Conditions on orders as a look at the customer's own row, see `profile.diary`.

Of a sorted list of days, `width_bucket` says how many are not after a given day: how
many orders lie in a period is the difference of two such numbers, and what was spent
the difference of two sums. Whether something was bought at all says a list of products.
"""

from datetime import timedelta

from odoo import fields
from odoo.tools import SQL

from .segment_activity_sql import compare, literal
from .segment_values import read_day


def diary_condition(env, activity, alias) -> SQL:
    """Return `activity`, an Activity of orders, as a condition on a profile's row."""
    since = read_day(env, activity.since) if activity.since else None
    until = read_day(env, activity.until) if activity.until else None
    days = SQL.identifier(alias, "order_days")
    if activity.measure == "amount":
        return compare(_sum(alias, since, until), activity)
    if activity.measure == "days_since_last":
        return _compare_last(activity, days, since, until)
    number = _count_until(days, until)
    if since:
        number = SQL("%s - %s", number, _count_before(days, since))
    return compare(SQL("(%s)", number), activity)


def _count_until(days, day):
    if day is None:
        return SQL("cardinality(%s)", days)
    return SQL("width_bucket(%s::date, %s)", day, days)


def _count_before(days, day):
    return _count_until(days, day - timedelta(days=1))


def _sum(alias, since, until):
    sums = SQL.identifier(alias, "amount_sums")
    days = SQL(
        "COALESCE(%s, %s)",
        SQL.identifier(alias, "amount_days"),
        SQL.identifier(alias, "order_days"),
    )
    # before the first day there is no sum
    amount = SQL("COALESCE(%s[%s], 0)", sums, _count_until(days, until))
    if not since:
        return amount
    before = SQL("COALESCE(%s[%s], 0)", sums, _count_before(days, since))
    return SQL("(%s - %s)", amount, before)


def _compare_last(activity, days, since, until):
    """Compare the last day of the period; whoever has none meets no comparison."""
    last = SQL("%s[%s]", days, _count_until(days, until))
    # GREATEST takes no notice of a day that is not there
    ago = SQL("GREATEST(%s::date - %s, 0)", fields.Date.today(), last)
    there = SQL("%s >= %s::date", last, since) if since else SQL("%s IS NOT NULL", last)
    return SQL("(%s AND %s) IS TRUE", there, compare(ago, activity))


def goods_condition(activity, alias, product_ids) -> SQL:
    """Return whether one of the products was ever bought, or none of them."""
    bought = SQL(
        "%s && %s::int[]", SQL.identifier(alias, "bought_ids"), literal(product_ids)
    )
    return SQL("NOT (%s)", bought) if activity.is_met_by_none else SQL("(%s)", bought)
