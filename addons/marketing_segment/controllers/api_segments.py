import json

from odoo import http

from odoo.addons.marketing_base.api.call import page_schema
from odoo.addons.marketing_base.api.operation import IDENTIFIER, PAGE, operation
from odoo.addons.marketing_base.api.problems import Problem
from odoo.addons.marketing_base.api.values import MOMENT_OR_NULL, utc

from ..models.customer_segment_criteria import RULES

SEGMENT = {
    "title": "Segment",
    "type": "object",
    "required": ["id", "name", "segment_type", "customer_count", "sendable_count"],
    "properties": {
        "id": IDENTIFIER,
        "name": {"type": "string"},
        "description": {"type": ["string", "null"]},
        "segment_type": {"type": "string"},
        "customer_count": {"type": "integer"},
        "sendable_count": {"type": "integer"},
        "last_calculated_at": MOMENT_OR_NULL,
    },
}
# what is in a rule is checked when it is read
RULE = {key: {"type": "object"} for _field, key in RULES.values()}
RULED_SEGMENT = {
    **SEGMENT,
    "title": "SegmentWithRule",
    "properties": {**SEGMENT["properties"], **RULE},
}
NEW_SEGMENT = {
    "type": "object",
    "required": ["name"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": r"\S"},
        "description": {"type": ["string", "null"], "maxLength": 2000},
        **RULE,
    },
}
ESTIMATE = {
    "title": "SegmentEstimate",
    "type": "object",
    "required": ["customer_count", "sendable_count", "refusals", "explanation"],
    "properties": {
        "customer_count": {"type": "integer"},
        "sendable_count": {"type": "integer"},
        "refusals": {"type": "object", "additionalProperties": {"type": "integer"}},
        "explanation": {"type": "string"},
    },
}
RULE_HELP = (
    '`criteria` is a group of conditions, {"logic": "AND", "conditions": '
    '[{"field": "order_count", "operator": ">=", "value": 5}]}, where a condition may '
    'be such a group again; `rfm` is {"segments": ["champions"]} or score ranges; '
    '`behaviour` is {"patterns": ["WEEKEND_SHOPPER"]}, and if wanted "match" (any or '
    'all), "min_score" (from 0 to 1) and "primary_only". One of the three is given. '
)


class ApiSegments(http.Controller):
    @operation(
        "GET",
        "/api/v1/segments",
        scope="read:segments",
        summary="Segments, newest first",
        query=PAGE,
        answer=page_schema(SEGMENT),
    )
    def list_segments(self, call):
        return call.page_of("customer.segment", [], _represent)

    @operation(
        "GET",
        "/api/v1/segments/<int:segment_id>",
        scope="read:segments",
        summary="One segment",
        description="The counts are those of `last_calculated_at`. The rule comes as "
        "it can be sent to make such a segment; a fixed list has none.",
        answer=RULED_SEGMENT,
        versioned=True,
    )
    def get_segment(self, call, segment_id):
        return _represent_ruled(call.find("customer.segment", segment_id))

    @operation(
        "POST",
        "/api/v1/segments",
        scope="write:segments",
        summary="Create a segment",
        description=RULE_HELP + "Without a rule it is a fixed list.",
        body=NEW_SEGMENT,
        answer=RULED_SEGMENT,
        status=201,
        idempotent=True,
    )
    def create_segment(self, call):
        values = {"segment_type": "static"} | _read_rule(call.body)
        values |= {
            "name": call.body["name"].strip(),
            "description": call.body.get("description") or False,
            "company_id": call.env.company.id,
        }
        return _represent_ruled(call.env["customer.segment"].create(values))

    @operation(
        "POST",
        "/api/v1/segments/estimate",
        scope="read:segments",
        summary="Count customers of a rule without a segment",
        description=RULE_HELP + "Nothing is stored. `refusals` says how many cannot be "
        "written to by e-mail, by reason.",
        body={
            "type": "object",
            "minProperties": 1,
            "additionalProperties": False,
            "properties": RULE,
        },
        answer=ESTIMATE,
    )
    def estimate_segment(self, call):
        return call.env["customer.segment"]._estimate_rule(_read_rule(call.body))


def _read_rule(body):
    """Return the fields of a segment of the rule in a body, with its type."""
    given = [(type_, *names) for type_, names in RULES.items() if names[1] in body]
    if len(given) > 1:
        raise Problem(422, f"Give one of {', '.join(RULE)}, not several.")
    for type_, field, key in given:
        return {"segment_type": type_, field: json.dumps(body[key])}
    return {}


def _represent(segment):
    return {
        "id": segment.id,
        "name": segment.name,
        "description": segment.description or None,
        "segment_type": segment.segment_type,
        "customer_count": segment.customer_count,
        "sendable_count": segment.sendable_count,
        "last_calculated_at": utc(segment.last_calculated_at),
    }


def _represent_ruled(segment):
    return _represent(segment) | segment._get_rule()
