from odoo import http

from odoo.addons.marketing_base.api.call import page_schema
from odoo.addons.marketing_base.api.operation import IDENTIFIER, PAGE, operation
from odoo.addons.marketing_base.api.values import MOMENT_OR_NULL, utc

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
        description="The counts are those of `last_calculated_at`.",
        answer=SEGMENT,
        versioned=True,
    )
    def get_segment(self, call, segment_id):
        return _represent(call.find("customer.segment", segment_id))


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
