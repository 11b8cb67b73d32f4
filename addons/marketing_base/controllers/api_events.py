from odoo import http

from ..api.call import page_schema
from ..api.operation import PAGE, operation
from ..api.values import MOMENT, utc

_NUMBER = {"type": ["integer", "null"]}
EVENT = {
    "title": "Event",
    "type": "object",
    "required": ["source_id", "event_id", "event_type", "occurred_at"],
    "properties": {
        "source_id": {"type": "string"},
        "event_id": {"type": "string"},
        "event_type": {"type": "string"},
        "occurred_at": MOMENT,
        "received_at": MOMENT,
        "partner_id": _NUMBER,
        "campaign_id": _NUMBER,
        "recipient_id": _NUMBER,
        "properties": {"type": "object"},
    },
}


class ApiEvents(http.Controller):
    @operation(
        "GET",
        "/api/v1/events",
        scope="read:events",
        summary="Follow the event log",
        description="Oldest first, in the order in which events became final. Keep "
        "`cursor` and ask again later: no event is left out and none comes twice.",
        query={
            **PAGE,
            "event_type": {"type": "string", "pattern": "^[a-z][a-z0-9_]{1,63}$"},
        },
        answer=page_schema(EVENT),
    )
    def list_events(self, call):
        after = call.cursor(2)
        events = call.env["marketing.event"]._read_feed(
            after, call.limit + 1, call.query.get("event_type")
        )
        shown, more = events[: call.limit], len(events) > call.limit
        position = [shown[-1].xact_id, shown[-1].id] if shown else after
        return call.page([_represent(event) for event in shown], position, more=more)


def _represent(event):
    return {
        "source_id": event.source_id,
        "event_id": event.event_id,
        "event_type": event.event_type,
        "occurred_at": utc(event.occurred_at),
        "received_at": utc(event.received_at),
        "partner_id": event.partner_id or None,
        "campaign_id": event.campaign_id or None,
        "recipient_id": event.recipient_id or None,
        "properties": event.properties or {},
    }
