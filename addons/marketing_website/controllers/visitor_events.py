import json
from urllib.parse import urlsplit

from odoo import http
from odoo.http import Response, request

from odoo.addons.marketing_delivery.controllers.answers import PRIVATE
from odoo.addons.marketing_delivery.tracking.visit import read_visit

MAX_BODY = 32 * 1024


class VisitorEvents(http.Controller):
    """The door for the browsers of visitors: anybody may send anything to it.

    `csrf` off: a page of the cache has no token of its own. A request of another site
    is refused by its origin, and nothing here trusts what it says.
    """

    @http.route(
        "/mm/e",
        type="http",
        auth="public",
        csrf=False,
        save_session=False,
        sitemap=False,
        max_content_length=MAX_BODY,
    )
    def receive(self, **_query):
        httprequest = request.httprequest
        if httprequest.method != "POST" or not _is_same_origin(httprequest):
            return _not_found()
        # not a page of the website, which would set a cookie for its language
        website = request.env["website"].get_current_website()
        intake = request.env["marketing.visitor.intake"]
        wait = intake._take_allowance(website, httprequest.remote_addr or "")
        if wait:
            headers = {**PRIVATE, "Retry-After": str(wait)}
            return Response(status=429, headers=headers)
        token = intake._receive(
            website,
            httprequest.get_data(),
            read_visit(httprequest),
            # known to us by the session, whatever the browser says
            None if request.env.user._is_public() else request.env.user.partner_id,
        )
        if token is None:
            return _not_found()
        if not token:
            return Response(status=204, headers=PRIVATE)
        body = json.dumps({"v": token})
        return Response(body, headers=PRIVATE, content_type="application/json")


def _is_same_origin(httprequest):
    """Whether a page of this very host sent it; browsers always say from where."""
    try:
        origin = urlsplit(httprequest.headers.get("Origin", ""))
    except ValueError:
        return False
    return bool(origin.netloc) and origin.netloc == httprequest.host


def _not_found():
    return Response(status=404, headers=PRIVATE)
