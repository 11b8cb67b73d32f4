"""One request to an operation: what came in, and helpers to answer it."""

import base64
import binascii
import hashlib
import json
import re
from typing import Any, NamedTuple
from urllib.parse import urlencode

from fastjsonschema import JsonSchemaValueException

from .operation import MAX_ID
from .problems import Problem, invalid, not_found
from .strict_json import JsonProblem, parse_json

_INTEGER = re.compile(r"-?\d{1,18}")
_CURSOR = re.compile(r"\d{1,19}(\.\d{1,19})*")


class Answer(NamedTuple):
    """What an operation answers when plain data is not enough."""

    data: Any = None
    status: int | None = None
    headers: dict | None = None


def dump(data):
    return json.dumps(data, ensure_ascii=False, allow_nan=False)


def etag_of(data):
    """Return the version of a representation: two equal ones have the same."""
    text = json.dumps(data, sort_keys=True, allow_nan=False)
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


class Call:
    """Checked query and body; ``env`` acts as the user of the key in its company."""

    def __init__(self, httprequest, operation):
        self.httprequest = httprequest
        self.operation = operation
        self.env = None
        self.key = None
        self.query = {}
        self.body = None

    # === WHAT CAME IN ===#

    def read(self):
        """Check query and body against what the operation declares."""
        self.query = self._read_query()
        raw = self.httprequest.get_data()
        if self.operation.body is None:
            if raw:
                raise Problem(400, "This operation takes no body.")
            return
        if self.httprequest.mimetype != "application/json":
            raise Problem(415, "Send the body as application/json.")
        encoding = self.httprequest.headers.get("Content-Encoding", "")
        if self.operation.reader:
            self.body = self.operation.reader(raw, encoding)
            return
        if encoding:
            raise Problem(415, "Send the body uncompressed.")
        try:
            self.body = parse_json(raw)
            self.operation.check_body(self.body)
        except JsonProblem as problem:
            raise invalid(str(problem), pointer="#") from problem
        except JsonSchemaValueException as problem:
            pointer = "".join(f"/{part}" for part in problem.path[1:])
            raise invalid(_describe(problem), pointer=f"#{pointer}") from problem

    def _read_query(self):
        values = {}
        for name, given in self.httprequest.args.lists():
            schema = self.operation.query.get(name)
            if schema is None:
                raise invalid("This parameter is not known.", parameter=name[:64])
            if len(given) > 1:
                raise invalid("Give this parameter once.", parameter=name)
            values[name] = _convert(given[0], schema)
        try:
            self.operation.check_query(values)
        except JsonSchemaValueException as problem:
            name = str(problem.path[-1])
            raise invalid(_describe(problem), parameter=name) from problem
        return values

    # === HELPERS OF OPERATIONS ===#

    def find(self, model, record_id):
        """Return the record if the key's user may read it; else 404, whatever is so."""
        record = self.env[model]
        if 0 < record_id <= MAX_ID:
            record = record.search([("id", "=", record_id)])
        if not record:
            raise not_found()
        return record

    def check_version(self, record, represent):
        """Lock ``record`` and refuse to change another version than the client saw."""
        wanted = self.httprequest.headers.get("If-Match", "").strip()
        if not wanted:
            raise Problem(428, "Send If-Match with the ETag of what you change.")
        record.lock_for_update()
        record.invalidate_recordset()
        current = etag_of(represent(record))
        if wanted != "*" and current not in re.split(r"\s*,\s*", wanted):
            detail = "It has changed since you read it: read it again."
            raise Problem(412, detail, headers={"ETag": current})

    def cursor(self, parts):
        """Return the numbers of the cursor in the query, or None at the start."""
        token = self.query.get("cursor")
        if token is None:
            return None
        try:
            text = base64.b64decode(token, altchars="-_", validate=True).decode()
        except (binascii.Error, ValueError):
            text = ""
        numbers = text.split(".")
        if not _CURSOR.fullmatch(text) or len(numbers) != parts:
            raise invalid("Use a cursor that a page gave you.", parameter="cursor")
        numbers = [int(number) for number in numbers]
        if max(numbers) >= 2**63:
            raise invalid("Use a cursor that a page gave you.", parameter="cursor")
        return numbers

    @property
    def limit(self):
        return self.query.get("limit", self.operation.query["limit"]["default"])

    def page(self, items, position, *, more):
        """Return one page; ``position`` is where the next one begins, or None."""
        token = None
        if position is not None:
            text = ".".join(str(number) for number in position)
            token = base64.b64encode(text.encode(), altchars=b"-_").decode()
        following = None
        if more and token:
            query = urlencode({**self.query, "cursor": token})
            following = f"{self.httprequest.path}?{query}"
        data = {"data": items, "next": following, "cursor": token}
        headers = {"Link": f'<{following}>; rel="next"'} if following else None
        return Answer(data, headers=headers)

    def page_of(self, model, domain, represent):
        """Return the newest records first, a page at a time."""
        records = self.env[model]
        after = self.cursor(1)
        if after:
            domain = [*domain, ("id", "<", min(after[0], MAX_ID))]
        found = records.search(domain, order="id desc", limit=self.limit + 1)
        shown = found[: self.limit]
        more = len(found) > self.limit
        position = [shown[-1].id] if more else None
        return self.page([represent(record) for record in shown], position, more=more)


def page_schema(item):
    return {
        "type": "object",
        "required": ["data", "next", "cursor"],
        "properties": {
            "data": {"type": "array", "items": item},
            "next": {"type": ["string", "null"]},
            "cursor": {"type": ["string", "null"]},
        },
    }


def _convert(text, schema):
    """Return what a query parameter means; the schema judges what is not one."""
    if "\0" in text:
        raise invalid("A parameter has a NUL.")
    if schema["type"] == "integer":
        return int(text) if text.isascii() and _INTEGER.fullmatch(text) else text
    if schema["type"] == "boolean":
        return {"true": True, "false": False}.get(text, text)
    return text


def _describe(problem):
    """Say what is expected; what was sent is not repeated."""
    return problem.message.removeprefix(problem.name).strip()[:300]
