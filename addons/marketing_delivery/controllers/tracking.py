import base64

from odoo import http
from odoo.http import Response, request

from .answers import PRIVATE, PUBLIC_ROUTE, not_found, verify, visit

_PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")


class TrackingController(http.Controller):
    """The pixel and the links. Both add to the event log and change nothing else."""

    @http.route(["/mm/o/<token>", "/mm/o/"], methods=["GET"], **PUBLIC_ROUTE)
    def open(self, token="", **_query):
        name, _dot, ending = token.partition(".")
        found = verify("open", name) if ending == "gif" else None
        intake = request.env["marketing.engagement.intake"]
        if not found or not intake._record_open(found[0], visit()):
            return not_found()
        return Response(_PIXEL, headers=PRIVATE, mimetype="image/gif")

    @http.route(["/mm/c/<token>", "/mm/c/"], methods=["GET"], **PUBLIC_ROUTE)
    def click(self, token="", **_query):
        found = verify("click", token)
        intake = request.env["marketing.engagement.intake"]
        target = found and intake._record_click(*found, visit())
        if not target:
            return not_found()
        # 302: a cached 301 would hide every later click
        return Response(status=302, headers={**PRIVATE, "Location": target})
