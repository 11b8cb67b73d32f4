import json

from odoo import http
from odoo.http import Response, request
from odoo.tools import file_open

from odoo.addons.marketing_delivery.controllers.answers import PRIVATE
from odoo.addons.marketing_delivery.tracking.visit import read_visit
from odoo.addons.marketing_website.controllers.visitor_events import _is_same_origin

MAX_BODY = 8 * 1024
# `csrf` off: a page of the cache has no token of its own. A request of another site is
# refused by its origin, and the session only says who agrees, never who may.
_ROUTE = {
    "type": "http",
    "auth": "public",
    "csrf": False,
    "save_session": False,
    "sitemap": False,
    "max_content_length": MAX_BODY,
}
PER_ADDRESS = 30
PER_WEBSITE = 2000


class PushController(http.Controller):
    @http.route(
        "/mm/push/sw.js",
        type="http",
        auth="public",
        methods=["GET"],
        save_session=False,
        sitemap=False,
    )
    def service_worker(self):
        """The script that shows notifications; its scope is our own path only."""
        with file_open("marketing_delivery_push/static/src/worker/worker.js") as script:
            body = script.read()
        return Response(
            body,
            content_type="text/javascript; charset=utf-8",
            headers={"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"},
        )

    @http.route("/mm/push/subscribe", **_ROUTE)
    def subscribe(self, **_query):
        """A browser that said yes, or whose address has changed."""
        return self._take("_subscribe")

    @http.route("/mm/push/unsubscribe", **_ROUTE)
    def unsubscribe(self, **_query):
        return self._take("_unsubscribe")

    def _take(self, verb):
        httprequest = request.httprequest
        values = _read_body(httprequest)
        if values is None:
            return Response(status=404, headers=PRIVATE)
        website = request.env["website"].get_current_website()
        wait = request.env["marketing.api.limit"]._take_public(
            httprequest.remote_addr or "",
            f"push:{website.id}",
            PER_ADDRESS,
            PER_WEBSITE,
        )
        if wait:
            headers = {**PRIVATE, "Retry-After": str(wait)}
            return Response(status=429, headers=headers)
        intake = request.env["marketing.push.intake"]
        visit = read_visit(httprequest)
        if verb == "_subscribe":
            user = request.env.user
            partner = None if user._is_public() else user.partner_id
            done = intake._subscribe(website, values, visit, partner)
        else:
            done = intake._unsubscribe(website, values.get("endpoint"), visit)
        return Response(status=204 if done else 404, headers=PRIVATE)


def _read_body(httprequest):
    """Return the values of a request of our own page, None for any other."""
    if httprequest.method != "POST" or not _is_same_origin(httprequest):
        return None
    try:
        values = json.loads(httprequest.get_data())
    except (ValueError, RecursionError):
        return None
    return values if isinstance(values, dict) else None
