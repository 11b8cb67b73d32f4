from odoo import http

from ..api.call import Answer
from ..api.metrics import MEDIA_TYPE, render
from ..api.operation import operation

HEALTH = {
    "title": "Health",
    "type": "object",
    "required": ["healthy", "checks"],
    "properties": {
        "healthy": {"type": "boolean"},
        "checks": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "required": ["ok"],
                "properties": {"ok": {"type": "boolean"}},
            },
        },
    },
}


class ApiHealth(http.Controller):
    @operation(
        "GET",
        "/marketing/health",
        scope="read:health",
        summary="Is everything running",
        answer=HEALTH,
        also={503: HEALTH},
    )
    def get_health(self, call):
        # sudo: the scope is the right; no number in it belongs to a customer
        checks = call.env["marketing.health"].sudo()._get_checks()
        healthy = all(check["ok"] for check in checks.values())
        data = {"healthy": healthy, "checks": checks}
        return Answer(data, status=200 if healthy else 503)

    @operation(
        "GET",
        "/marketing/metrics",
        scope="read:metrics",
        summary="Numbers for Prometheus",
        answer={"type": "string"},
        media_type=MEDIA_TYPE,
    )
    def get_metrics(self, call):
        # sudo: the scope is the right; each number of a company is filtered by the
        # company of the key
        return render(call.env["marketing.health"].sudo()._get_metrics())
