from odoo import http

from ..api.openapi import build
from ..api.operation import ROUTING_TYPE, operation
from ..api.problems import not_found
from ..api.routing import METHODS, UNKNOWN, list_operations


class ApiDocument(http.Controller):
    @operation(
        "GET",
        "/api/v1/openapi.json",
        summary="This document",
        answer={"type": "object"},
    )
    def get_document(self, call):
        server = call.httprequest.host_url.rstrip("/")
        return build(list_operations(call.env), server)

    @http.route(
        UNKNOWN.path,
        type=ROUTING_TYPE,
        auth="none",
        methods=METHODS,
        readonly=False,
        csrf=False,
        save_session=False,
        operation=UNKNOWN,
    )
    def answer_unknown(self, call, rest):
        raise not_found()
