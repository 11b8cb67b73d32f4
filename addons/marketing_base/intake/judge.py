"""What is accepted of one raw event, and what is said about the others."""

import json
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from fastjsonschema import JsonSchemaValueException

from ..events import MAX_IDENTIFIER
from ..scrub import scrub_text
from .values import Cleaner, Unacceptable

MAX_EVENT_BYTES = 32 * 1024
OLDEST = timedelta(days=30)
AHEAD = timedelta(minutes=5)
MAX_ID = 2**31 - 1
REQUIRED = ("event_id", "event_type", "occurred_at")
FIELDS = {*REQUIRED, "partner_id", "campaign_id", "properties", "session_id", "context"}
MAX_TIME_LENGTH = 40
# cleaned properties are made here: they cannot contain themselves
_encode = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, check_circular=False
).encode
# code -> may the same event become acceptable later, when it is replayed as it is?
CODES = {
    "not_an_object": False,
    "unknown_field": False,
    "missing_field": False,
    "invalid_field": False,
    "invalid_event_id": False,
    "invalid_time": False,
    "unreadable_value": False,
    "duplicate_name": False,
    "unstorable_text": False,
    "too_deep": False,
    "too_many_properties": False,
    "too_large": False,
    "too_old": True,
    "in_future": True,
    "unknown_type": True,
    "type_not_accepted": True,
    "invalid_properties": True,
    "unknown_customer": True,
    "unknown_campaign": True,
}


class Row(NamedTuple):
    """An acceptable event, ready for the log; properties are the JSON text."""

    event_id: str
    event_type: str
    occurred_at: str
    partner_id: int | None
    campaign_id: int | None
    properties: str


class Refusal(NamedTuple):
    """Why an event is not accepted; what was sent is not repeated."""

    code: str
    detail: str
    pointer: str = ""


class Refused(Exception):
    def __init__(self, code, detail, pointer=""):
        super().__init__(code)
        self.refusal = Refusal(code, detail, pointer)


class Judge:
    """Judges the events of one batch.

    :param rules: function from the code of a type to its rule, or None
    :param doors: the doors through which this source comes, such as ``{"api"}``
    :param customers: {id that was sent: id of the customer it means}
    :param campaigns: ids of campaigns that may be named
    :param now: the time of the database, UTC without zone
    """

    def __init__(self, rules, doors, customers, campaigns, now, *, any_age=False):
        self._rules = rules
        self._doors = doors
        self._customers = customers
        self._campaigns = campaigns
        self._earliest = datetime.min if any_age else now - OLDEST
        self._latest = now + AHEAD

    def judge(self, raw):
        """Return a :class:`Row` or a :class:`Refusal`."""
        try:
            return self._judge(raw)
        except Refused as refused:
            return refused.refusal
        except Unacceptable as problem:
            return Refusal(problem.code, WHY[problem.code])

    def _judge(self, raw):
        self._check_fields(raw)
        rule = self._read_rule(raw["event_type"])
        event_id = self._read_identifier(raw["event_id"])
        occurred_at = self._read_time(raw["occurred_at"])
        customer = self._read_customer(raw.get("partner_id"))
        campaign = self._read_campaign(raw.get("campaign_id"))
        properties = self._read_properties(raw)
        try:
            rule.check(properties)
        except JsonSchemaValueException as problem:
            pointer = "".join(f"/{part}" for part in problem.path[1:])
            words = problem.message.removeprefix(problem.name).strip()[:200]
            pointer = f"/properties{pointer}"
            raise Refused("invalid_properties", words, pointer) from problem
        text = _encode(properties)
        # UTF-8 takes at most four bytes a character
        if len(text) > MAX_EVENT_BYTES // 4 and len(text.encode()) > MAX_EVENT_BYTES:
            raise Unacceptable("too_large")
        event_type = raw["event_type"]
        return Row(event_id, event_type, occurred_at, customer, campaign, text)

    @staticmethod
    def _check_fields(raw):
        if type(raw) is not dict:
            raise Unacceptable("not_an_object")
        if not raw.keys() <= FIELDS:
            if any(type(name) is not str for name in raw):
                raise Unacceptable("duplicate_name")
            raise Unacceptable("unknown_field")
        for name in REQUIRED:
            if name not in raw:
                raise Refused("missing_field", "This field is missing.", f"/{name}")

    def _read_rule(self, code):
        rule = self._rules(code) if type(code) is str else None
        if rule is None:
            detail = "This type is not known: see known_types."
            raise Refused("unknown_type", detail, "/event_type")
        if rule.door not in self._doors:
            detail = "Events of this type are recorded by Odoo itself."
            raise Refused("type_not_accepted", detail, "/event_type")
        return rule

    @staticmethod
    def _read_identifier(value):
        if type(value) is not str or not 0 < len(value) <= MAX_IDENTIFIER:
            detail = "Give a text of 1 to 128 characters."
            raise Refused("invalid_event_id", detail, "/event_id")
        if not is_harmless(value):
            detail = "Give an identifier without addresses of people."
            raise Refused("invalid_event_id", detail, "/event_id")
        return value

    def _read_time(self, value):
        try:
            if type(value) is not str or len(value) > MAX_TIME_LENGTH:
                raise ValueError
            moment = datetime.fromisoformat(value)
            if moment.tzinfo is None:
                raise ValueError
            moment = moment.astimezone(UTC).replace(tzinfo=None)
        except (ValueError, OverflowError) as error:
            detail = "Give a time with its offset, such as 2027-01-31T09:00:00Z."
            raise Refused("invalid_time", detail, "/occurred_at") from error
        if moment < self._earliest:
            raise Refused("too_old", WHY["too_old"], "/occurred_at")
        if moment > self._latest:
            raise Refused("in_future", WHY["in_future"], "/occurred_at")
        return moment.isoformat(" ")

    def _read_customer(self, value):
        if value is None:
            return None
        if type(value) is not int or value not in self._customers:
            detail = "There is no such customer for this key."
            raise Refused("unknown_customer", detail, "/partner_id")
        return self._customers[value]

    def _read_campaign(self, value):
        if value is None:
            return None
        if type(value) is not int or value not in self._campaigns:
            detail = "There is no such campaign for this key."
            raise Refused("unknown_campaign", detail, "/campaign_id")
        return value

    @staticmethod
    def _read_properties(raw):
        properties = raw.get("properties")
        if properties is None:
            properties = {}
        elif type(properties) is not dict:
            raise Refused("invalid_field", "Give an object.", "/properties")
        extra = {name: raw[name] for name in ("session_id", "context") if name in raw}
        return Cleaner().clean({**properties, **extra} if extra else properties)


WHY = {
    "not_an_object": "An event is an object.",
    "unknown_field": f"An event has the fields {', '.join(sorted(FIELDS))} only.",
    "duplicate_name": "An object has the same name twice.",
    "unreadable_value": "A number is none, infinite or too large.",
    "unstorable_text": "A text has a NUL or half a surrogate pair.",
    "too_deep": "It is nested deeper than 16 levels.",
    "too_many_properties": "It has more than 255 names.",
    "too_large": "It has more than 32 KB.",
    "too_old": "It is older than 30 days: an administrator can replay it.",
    "in_future": "It is more than 5 minutes ahead of our clock.",
}


def is_harmless(name):
    """Whether a name may be stored as it is; plain digits may be any number."""
    if not name.isprintable():
        return False
    return name.isalnum() or scrub_text(name) == name


def collect_ids(raws, name):
    """Return the numbers that the raw events name in the field ``name``."""
    return {
        raw[name]
        for raw in raws
        if type(raw) is dict and type(raw.get(name)) is int and 0 < raw[name] <= MAX_ID
    }
