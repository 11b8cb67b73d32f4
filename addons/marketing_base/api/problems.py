"""Every error of the API in one form: problem+json (RFC 9457)."""

import json
from http import HTTPStatus

import psycopg2
from werkzeug.exceptions import HTTPException

from odoo.exceptions import (
    AccessDenied,
    AccessError,
    LockError,
    MissingError,
    UserError,
)
from odoo.http import Response
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

MEDIA_TYPE = "application/problem+json"
PRIVATE = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
SCHEMA = {
    "title": "Problem",
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["detail"],
                "properties": {
                    "detail": {"type": "string"},
                    "pointer": {"type": "string"},
                    "parameter": {"type": "string"},
                },
            },
        },
    },
}


class Problem(HTTPException):
    """Raised anywhere below an operation; what was written so far is rolled back."""

    def __init__(self, status, detail=None, *, errors=None, headers=None):
        super().__init__(detail)
        self.code = status
        self.errors = errors or []
        self.headers = headers or {}

    def to_response(self):
        content = {
            "type": "about:blank",
            "title": HTTPStatus(self.code).phrase,
            "status": self.code,
        }
        if self.description:
            content["detail"] = self.description
        if self.errors:
            content["errors"] = self.errors
        headers = {**PRIVATE, **self.headers}
        body = json.dumps(content)
        return Response(body, self.code, headers, content_type=MEDIA_TYPE)


def invalid(detail, *, pointer=None, parameter=None):
    """Return the 400 for one wrong place of the body or one wrong parameter."""
    error = {"detail": detail}
    if pointer is not None:
        error["pointer"] = pointer
    if parameter is not None:
        error["parameter"] = parameter
    return Problem(400, "The request is not valid.", errors=[error])


def not_found():
    """Return the same answer for what is missing and for what belongs to others."""
    return Problem(404, "There is nothing here for this key.")


def as_problem(error):
    """Translate an exception of the framework, without repeating what came in."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, HTTPException) and error.code:
        return Problem(error.code)
    if isinstance(error, AccessDenied | AccessError):
        return Problem(403, "The user of this key may not do this.")
    if isinstance(error, MissingError):
        return not_found()
    if isinstance(error, (LockError, *PG_CONCURRENCY_EXCEPTIONS_TO_RETRY)):
        detail = "Somebody else is changing this right now: try again."
        return Problem(409, detail, headers={"Retry-After": "1"})
    if isinstance(error, UserError):
        return Problem(422, str(error.args[0]))
    if isinstance(error, psycopg2.DataError):
        return Problem(400, "A value cannot be stored.")
    return Problem(500)
