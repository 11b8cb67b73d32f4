"""Assemble the OpenAPI 3.1 document from what the operations declare."""

from . import problems
from .operation import Operation

VERSION = "1.0.0"
DESCRIPTION = """Machines act with a key: `Authorization: Bearer mmk_…`. A key belongs
to one company, has the rights of one user and is limited by its scopes. It is never
accepted in an address: one that arrives there is revoked, because addresses are logged.

Errors are `application/problem+json` (RFC 9457). What is missing and what belongs to
another company answer the same 404. Lists are read page by page: follow `next`.
"""
ALWAYS = (400, 429)
MEANINGS = {
    304: "Not changed since the ETag you have.",
    400: "The request is not valid; `errors` name the places.",
    401: "No valid key.",
    403: "The key lacks the scope, or its user the right.",
    404: "Missing, or not of this key's company.",
    409: "Somebody else is changing it, or the Idempotency-Key is another request's.",
    412: "Changed since the ETag in If-Match.",
    413: "The body is too large.",
    415: "The body is not application/json, or in an encoding not taken here.",
    422: "Understood, and not possible now; `detail` says why.",
    428: "If-Match is missing.",
    429: "Too many requests: wait for Retry-After seconds.",
    503: "Not healthy.",
}


def build(operations, server):
    """Return the document as plain data; ``operations`` in any order."""
    paths = {}
    for operation in sorted(operations, key=lambda o: (o.template, o.method)):
        paths.setdefault(operation.template, {})[operation.method.lower()] = _describe(
            operation
        )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Measured Marketing",
            "version": VERSION,
            "description": DESCRIPTION,
        },
        "servers": [{"url": server}],
        "paths": paths,
        "components": {
            "schemas": {"Problem": problems.SCHEMA},
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
    }


def _describe(operation: Operation):
    described = {
        "operationId": _identifier(operation),
        "summary": operation.summary,
        "tags": [operation.template.removeprefix("/api/v1").split("/")[1]],
        "parameters": list(_parameters(operation)),
        "responses": dict(_responses(operation)),
        "security": [{"key": []}] if operation.scope else [],
    }
    if operation.scope:
        described["x-scope"] = operation.scope
        described["description"] = (
            f"{operation.description}\n\nScope: `{operation.scope}`".strip()
        )
    if operation.body is not None:
        content = {"application/json": {"schema": operation.body}}
        described["requestBody"] = {"required": True, "content": content}
    return described


def _identifier(operation):
    words = operation.template.replace("{", "by-").replace("}", "").split("/")
    return "-".join([operation.method.lower(), *filter(None, words)])


def _parameters(operation):
    for name, schema in operation.path_parameters.items():
        yield {"name": name, "in": "path", "required": True, "schema": schema}
    for name, schema in operation.query.items():
        yield {"name": name, "in": "query", "schema": schema}
    if operation.locked:
        description = "The ETag of the version you change, or `*`."
        yield _header("If-Match", {"type": "string"}, description)
    if operation.idempotent:
        schema = {"type": "string", "pattern": "^[!-~]{1,128}$"}
        description = "Any new text; the same one repeats the first answer."
        yield _header("Idempotency-Key", schema, description)


def _header(name, schema, description):
    return {
        "name": name,
        "in": "header",
        "required": True,
        "schema": schema,
        "description": description,
    }


def _responses(operation):
    success = {"description": "Done."}
    if operation.answer is not None:
        success["content"] = {operation.media_type: {"schema": operation.answer}}
    if operation.versioned:
        success["headers"] = {"ETag": {"schema": {"type": "string"}}}
        yield "304", {"description": MEANINGS[304]}
    yield str(operation.status), success
    for status, schema in operation.also.items():
        content = {operation.media_type: {"schema": schema}}
        yield str(status), {"description": MEANINGS[status], "content": content}
    reference = {"$ref": "#/components/schemas/Problem"}
    for status in sorted(_problem_statuses(operation)):
        content = {problems.MEDIA_TYPE: {"schema": reference}}
        yield str(status), {"description": MEANINGS[status], "content": content}


def _problem_statuses(operation):
    yield from ALWAYS
    if operation.scope:
        yield from (401, 403)
    if operation.path_parameters:
        yield 404
    if operation.body is not None:
        yield from (413, 415)
    if operation.locked:
        yield from (412, 428)
    if operation.method != "GET":
        yield from (409, 422)
