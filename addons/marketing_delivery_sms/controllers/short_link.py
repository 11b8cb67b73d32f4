from odoo import http
from odoo.http import Response, request

from odoo.addons.marketing_delivery.controllers.answers import (
    PRIVATE,
    PUBLIC_ROUTE,
    find_signer,
    not_found,
    visit,
)

from ..tracking.short_links import ShortSigner


class ShortLinkController(http.Controller):
    """The links of text messages: they lead on, and change nothing but the log."""

    @http.route(["/s/<token>"], methods=["GET"], **PUBLIC_ROUTE)
    def follow(self, token="", **_query):
        signer = find_signer(ShortSigner)
        found = signer and signer.verify(token)
        links = request.env["marketing.sms.link"]
        target = found and links._follow(*found, visit())
        if not target:
            return not_found()
        # 302: a cached 301 would hide every later click
        return Response(status=302, headers={**PRIVATE, "Location": target})
