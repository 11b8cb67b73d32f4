from odoo import http
from odoo.http import Response, request

from .answers import PRIVATE, PUBLIC_ROUTE, not_found, verify, visit

_PAGE = {
    **PRIVATE,
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:;"
        " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Frame-Options": "DENY",
}
# `csrf` off: the signed token in the address is the proof, there is no session.
_ROUTE = {**PUBLIC_ROUTE, "methods": ["GET", "POST"], "csrf": False}


class UnsubscribeController(http.Controller):
    """Leaving: looking (GET, HEAD) changes nothing, only a POST acts."""

    @http.route(["/mm/u/<token>", "/mm/u/"], **_ROUTE)
    def page(self, token="", action="", reason="", frequency="", **_form):
        message = self._find(token)
        if not message:
            return not_found()
        page = request.env["marketing.unsubscribe.page"]
        notice = None
        if request.httprequest.method == "POST":
            notice = page._apply(
                message,
                action,
                visit(),
                reason=reason,
                frequency=frequency,
                topics=set(request.httprequest.form.getlist("topic")),
            )
        return Response(page._render(message, token, notice=notice), headers=_PAGE)

    @http.route(["/mm/1/<token>", "/mm/1/"], **_ROUTE)
    def one_click(self, token="", **_form):
        """RFC 8058: a mail program's POST. A person who follows it gets the page."""
        message = self._find(token)
        if not message:
            return not_found()
        page = request.env["marketing.unsubscribe.page"]
        if request.httprequest.method != "POST":
            return Response(page._render(message, token), headers=_PAGE)
        page._unsubscribe(message, visit(), source="one_click")
        return Response("OK", headers=PRIVATE, mimetype="text/plain")

    @staticmethod
    def _find(token):
        found = verify("unsubscribe", token)
        return found and request.env["marketing.unsubscribe.page"]._find(found[0])
