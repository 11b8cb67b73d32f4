"""Which operations this database has: those of its installed addons."""

from werkzeug.exceptions import HTTPException

from .operation import ROUTING_TYPE, Operation
from .problems import Problem

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"]
# takes what no operation takes: the web client's error pages are for people
UNKNOWN = Operation("ANY", "/api/v1/<path:rest>", summary="")


def list_operations(env):
    """Return the operations of the routing map; an overridden one counts once."""
    routings = [rule.endpoint.routing for rule in env["ir.http"].routing_map()._rules]
    found = {r["operation"] for r in routings if r["type"] == ROUTING_TYPE}
    return found - {UNKNOWN}


def check_method(request, operation):
    """Refuse what is not the operation's method.

    The framework routes OPTIONS to every operation, for a CORS that we do not offer.
    """
    given = request.httprequest.method
    if given == operation.method or (given, operation.method) == ("HEAD", "GET"):
        return
    if allowed := _get_allowed_methods(request):
        raise Problem(405, headers={"Allow": ", ".join(allowed)})


def _get_allowed_methods(request):
    routes = request.env["ir.http"].routing_map()
    adapter = routes.bind_to_environ(request.httprequest.environ)
    allowed = []
    for method in METHODS:
        try:
            endpoint, _parts = adapter.match(request.httprequest.path, method=method)
        except HTTPException:
            continue
        if endpoint.routing.get("operation") is not UNKNOWN:
            allowed.append(method)
    return allowed
