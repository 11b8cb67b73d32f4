import json

from odoo import http
from odoo.http import Response, request

from odoo.addons.marketing_delivery.controllers.answers import PRIVATE
from odoo.addons.marketing_delivery.tracking.visit import read_visit

from .browser_door import (
    DOOR,
    get_session_partner,
    is_same_origin,
    refuse,
    slow_down,
)

MAX_BODY = 32 * 1024


class VisitorEvents(http.Controller):
    """Anybody may send anything to it: nothing here trusts what a browser says."""

    @http.route("/mm/e", **DOOR, max_content_length=MAX_BODY)
    def receive(self, **_query):
        httprequest = request.httprequest
        if httprequest.method != "POST" or not is_same_origin(httprequest):
            return refuse()
        # not a page of the website, which would set a cookie for its language
        website = request.env["website"].get_current_website()
        intake = request.env["marketing.visitor.intake"]
        wait = intake._take_allowance(website, httprequest.remote_addr or "")
        if wait:
            return slow_down(wait)
        token = intake._receive(
            website,
            httprequest.get_data(),
            read_visit(httprequest),
            get_session_partner(),
        )
        if token is None:
            return refuse()
        if not token:
            return Response(status=204, headers=PRIVATE)
        body = json.dumps({"v": token})
        return Response(body, headers=PRIVATE, content_type="application/json")
