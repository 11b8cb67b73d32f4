"""Declare an operation of the API once: its route, its checks and its documentation."""

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass, field

import fastjsonschema

from odoo import http

MAX_BODY = 1_000_000
MAX_ID = 2**31 - 1
ROUTING_TYPE = "marketing_api"
IDENTIFIER = {"type": "integer", "minimum": 1, "maximum": MAX_ID}
PAGE = {
    "limit": {"type": "integer", "minimum": 1, "maximum": 200, "default": 50},
    "cursor": {"type": "string", "minLength": 1, "maxLength": 100},
}
_CONVERTER = re.compile(r"<(?:(\w+):)?(\w+)>")


@dataclass(frozen=True, eq=False)
class Operation:
    """What one method of one address takes and answers; schemas are JSON Schema."""

    method: str
    path: str
    summary: str
    scope: str | None = None
    description: str = ""
    query: dict = field(default_factory=dict)
    body: dict | None = None
    # reads the bytes and their content encoding instead of the strict reader, which
    # refuses a body as a whole; the schema above is then published only
    reader: Callable | None = None
    answer: dict | None = None
    status: int = 200
    media_type: str = "application/json"
    # the answer has an ETag; with `locked`, a change must name the one it was made for
    versioned: bool = False
    locked: bool = False
    # a repetition with the same Idempotency-Key gets the first answer
    idempotent: bool = False
    also: dict = field(default_factory=dict)

    @property
    def template(self):
        """The path as OpenAPI writes it: /campaigns/{campaign_id}."""
        return _CONVERTER.sub(r"{\2}", self.path)

    @property
    def path_parameters(self):
        return {
            name: IDENTIFIER if kind == "int" else {"type": "string"}
            for kind, name in _CONVERTER.findall(self.path)
        }

    @functools.cached_property
    def check_body(self):
        return _compile(self.body)

    @functools.cached_property
    def check_query(self):
        return _compile(
            {
                "type": "object",
                "properties": self.query,
                "additionalProperties": False,
            }
        )


def _compile(schema):
    dialect = "http://json-schema.org/draft-07/schema#"
    return fastjsonschema.compile({"$schema": dialect, **schema}, use_default=False)


def operation(method, path, **declared):
    """Route ``path`` to the decorated method of a controller.

    It is called with a :class:`.call.Call` named ``call`` and the parts of the path,
    and returns data, or an :class:`.call.Answer` for headers or another status.
    """
    declared.setdefault("summary", "")
    return http.route(
        path,
        type=ROUTING_TYPE,
        # the dispatcher checks the key: a session must not open the API
        auth="none",
        methods=[method],
        readonly=False,  # every request leaves a line in the log
        csrf=False,
        save_session=False,
        max_content_length=MAX_BODY,
        operation=Operation(method, path, **declared),
    )
