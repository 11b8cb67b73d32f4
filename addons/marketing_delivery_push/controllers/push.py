import json

from odoo import http
from odoo.http import Response, request
from odoo.tools import file_open

from odoo.addons.marketing_delivery.controllers.answers import PRIVATE
from odoo.addons.marketing_delivery.tracking.visit import read_visit
from odoo.addons.marketing_website.controllers.browser_door import (
    DOOR,
    get_session_partner,
    is_same_origin,
    refuse,
    slow_down,
)

_DOOR = {**DOOR, "max_content_length": 8 * 1024}
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
        with file_open("marketing_delivery_push/static/plain/worker.js") as script:
            body = script.read()
        return Response(
            body,
            content_type="text/javascript; charset=utf-8",
            headers={"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"},
        )

    @http.route("/mm/push/subscribe", **_DOOR)
    def subscribe(self, **_query):
        """A browser that said yes, or whose address has changed."""
        return self._take(request.env["marketing.push.intake"]._subscribe)

    @http.route("/mm/push/unsubscribe", **_DOOR)
    def unsubscribe(self, **_query):
        return self._take(request.env["marketing.push.intake"]._unsubscribe)

    def _take(self, act):
        httprequest = request.httprequest
        values = _read_body(httprequest)
        if values is None:
            return refuse()
        website = request.env["website"].get_current_website()
        wait = request.env["marketing.api.limit"]._take_public(
            httprequest.remote_addr or "",
            f"push:{website.id}",
            PER_ADDRESS,
            PER_WEBSITE,
        )
        if wait:
            return slow_down(wait)
        done = act(website, values, read_visit(httprequest), get_session_partner())
        return Response(status=204, headers=PRIVATE) if done else refuse()


def _read_body(httprequest):
    """Return the values of a request of our own page, None for any other."""
    if httprequest.method != "POST" or not is_same_origin(httprequest):
        return None
    try:
        values = json.loads(httprequest.get_data())
    except (ValueError, RecursionError):
        return None
    return values if isinstance(values, dict) else None
