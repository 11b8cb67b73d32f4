from odoo import http

from ..api.call import page_schema
from ..api.operation import PAGE, operation
from ..api.values import MOMENT, utc
from ..event_catalogue import API, BROWSER
from ..intake.batch import MAX_EVENTS, read_batch
from ..intake.judge import CODES, Refusal
from ..models.marketing_event_intake import Source

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
NEW_EVENT = {
    "title": "NewEvent",
    "type": "object",
    "required": ["event_id", "event_type", "occurred_at"],
    "properties": {
        "event_id": {"type": "string", "minLength": 1, "maxLength": 128},
        "event_type": {"type": "string"},
        "occurred_at": MOMENT,
        "partner_id": _NUMBER,
        "campaign_id": _NUMBER,
        "session_id": {"type": "string"},
        "properties": {"type": "object"},
        "context": {"type": "object"},
    },
    "additionalProperties": False,
}
_COUNT = {"type": "integer", "minimum": 0}
VERDICTS = ("accepted", "duplicate", "conflict", "rejected")
RECEIPT = {
    "title": "EventReceipt",
    "type": "object",
    "required": ["counts", "verdicts", "errors"],
    "properties": {
        "counts": {
            "type": "object",
            "required": list(VERDICTS),
            "properties": dict.fromkeys(VERDICTS, _COUNT),
        },
        "verdicts": {
            "type": "array",
            "items": {"type": "string", "enum": list(VERDICTS)},
        },
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["index", "code", "detail"],
                "properties": {
                    "index": _COUNT,
                    "code": {"type": "string", "enum": list(CODES)},
                    "detail": {"type": "string"},
                    "pointer": {"type": "string"},
                },
            },
        },
        "known_types": {"type": "array", "items": {"type": "string"}},
    },
}
DOORS = frozenset((API, BROWSER))


class ApiEvents(http.Controller):
    @operation(
        "POST",
        "/api/v1/events",
        scope="write:events",
        summary="Send events",
        description="Each event is judged by itself: `verdicts` has one word an event,"
        " in order, `errors` says by index why some were rejected. When this is"
        " answered, the accepted events are stored. Send a batch again, with the same"
        " `event_id`s, when no answer came: what is known is a `duplicate`, or a"
        " `conflict` if its content differs, and counts once. Rejected events are kept"
        " for 30 days for an administrator. Limits: 1,000 events and 500 KB a batch"
        " (unpacked, if sent with `Content-Encoding: gzip`), 32 KB, 255 names and 16"
        " levels an event, at most 30 days old and 5 minutes ahead.",
        body={
            "type": "object",
            "required": ["events"],
            "properties": {
                "events": {
                    "type": "array",
                    "minItems": 1,
                    "maxItems": MAX_EVENTS,
                    # whatever is no event is rejected by its index
                    "items": {"anyOf": [NEW_EVENT, {}]},
                }
            },
            "additionalProperties": False,
        },
        reader=read_batch,
        answer=RECEIPT,
        status=202,
    )
    def send_events(self, call):
        key = call.key
        source = Source(f"api:{key.id}", key.company_id.id, DOORS, key.id)
        verdicts = call.env["marketing.event.intake"]._receive(source, call.body)
        # the events are on the disk by now; left is the line of this request, for which
        # nobody need wait until the disk has turned once more
        call.env.cr.execute("SET LOCAL synchronous_commit = off")
        receipt = _write_receipt(verdicts)
        if any(error["code"] == "unknown_type" for error in receipt["errors"]):
            types = call.env["marketing.event.type"]
            receipt["known_types"] = types._get_accepted_codes(DOORS)
        return receipt

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


def _write_receipt(verdicts):
    words = [v if isinstance(v, str) else "rejected" for v in verdicts]
    return {
        "counts": {word: words.count(word) for word in VERDICTS},
        "verdicts": words,
        "errors": [
            {"index": index, **{n: v for n, v in refusal._asdict().items() if v}}
            for index, refusal in enumerate(verdicts)
            if isinstance(refusal, Refusal)
        ],
    }


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
