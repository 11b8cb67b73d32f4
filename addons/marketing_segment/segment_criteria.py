"""Conditions as JSON, the form in which other systems read and write a segment.

{"logic": "AND", "conditions": [{"field": …, "operator": …, "value": …}, …]} where a
condition may be such a group again; the logic NOT negates its only condition. What
customers did is a condition too: {"field": "purchases", "operator": "matches", "value":
{"operator": ">=", "value": 2, "categories": [4], "period": {"from": "today -90d"}}}.
"""

import json

from odoo.fields import Domain

from .segment_rules import MAX_DEPTH, RuleProblem, get_kind, size_problem

#: Names that the interface description uses for our fields.
ALIASES = {
    "total_orders": "order_count",
    "total_revenue": "revenue",
    "total_spent": "revenue",
    "average_order_value": "average_order",
}
OPERATOR_NAMES = {
    "eq": "=",
    "neq": "!=",
    "gt": ">",
    "gte": ">=",
    "lt": "<",
    "lte": "<=",
    "contains": "ilike",
    "matches": "like",
    "not matches": "not like",
    "==": "=",
}
_JOIN = {"AND": "&", "OR": "|", "NOT": "!"}
_LOGIC = {sign: logic for logic, sign in _JOIN.items()}


def criteria_to_domain(env, criteria, depth=0) -> Domain:
    """Return the domain of a group of conditions.

    :raises RuleProblem: for anything that is not such a group
    """
    if depth > MAX_DEPTH:
        raise size_problem()
    if not isinstance(criteria, dict):
        raise RuleProblem("syntax", value=str(criteria)[:80])
    conditions = criteria.get("conditions", [])
    logic = criteria.get("logic", "AND")
    logic = logic.upper() if isinstance(logic, str) else ""
    if not isinstance(conditions, list) or logic not in _JOIN:
        raise RuleProblem("syntax", value=str(criteria)[:80])
    parts = [_condition_to_domain(env, condition, depth) for condition in conditions]
    if logic == "NOT":
        if len(parts) != 1:
            raise RuleProblem("syntax", value="NOT")
        return ~parts[0]
    if not parts:
        return Domain.TRUE
    return Domain.AND(parts) if logic == "AND" else Domain.OR(parts)


def _condition_to_domain(env, condition, depth):
    if isinstance(condition, dict) and "conditions" in condition:
        return criteria_to_domain(env, condition, depth + 1)
    if not isinstance(condition, dict) or not {"field", "operator"} <= set(condition):
        raise RuleProblem("syntax", value=str(condition)[:80])
    field, operator = condition["field"], condition["operator"]
    if not (isinstance(field, str) and isinstance(operator, str) and field):
        raise RuleProblem("syntax", value=str(condition)[:80])
    field = ALIASES.get(field, field)
    if not get_kind(env, field) and get_kind(env, f"partner_id.{field}"):
        field = f"partner_id.{field}"
    operator = OPERATOR_NAMES.get(operator, operator)
    value = condition.get("value", False)
    if get_kind(env, field) == "activity" and isinstance(value, dict):
        value = json.dumps(value)
    try:
        return Domain(field, operator, value)
    except (TypeError, ValueError) as error:
        raise RuleProblem("syntax", value=str(error)[:80]) from error


def domain_to_criteria(env, domain: Domain) -> dict:
    """Return the group of conditions of a checked domain."""
    if domain.is_true():
        return {"conditions": [], "logic": "AND"}
    if domain.is_false():
        return {"conditions": [], "logic": "OR"}
    group = _read_group(env, iter(list(domain)))
    return group if "conditions" in group else {"conditions": [group], "logic": "AND"}


def _read_group(env, items):
    """Read one term of the prefix notation; equal logics in a row become one group."""
    item = next(items)
    if not isinstance(item, str):
        return _condition_to_dict(env, *item)
    logic = _LOGIC[item]
    if logic == "NOT":
        return {"conditions": [_read_group(env, items)], "logic": logic}
    terms = []
    for term in (_read_group(env, items), _read_group(env, items)):
        terms += term["conditions"] if term.get("logic") == logic else [term]
    return {"conditions": terms, "logic": logic}


def _condition_to_dict(env, field, operator, value):
    if operator in ("any", "not any"):
        inner = domain_to_criteria(env, _prefix_partner(Domain(value)))
        if operator == "any":
            return inner
        return {"conditions": [inner], "logic": "NOT"}
    if get_kind(env, field) == "activity":
        operator = operator.replace("like", "matches")
        return {"field": field, "operator": operator, "value": json.loads(value)}
    return {
        "field": field,
        "operator": operator,
        "value": list(value) if isinstance(value, (tuple, set, frozenset)) else value,
    }


def _prefix_partner(domain):
    return domain.map_conditions(
        lambda condition: Domain(
            f"partner_id.{condition.field_expr}", condition.operator, condition.value
        )
    )
