from odoo import http
from odoo.http import Response, request

from .answers import FORM_PAGE, FORM_ROUTE, PRIVATE, not_found, verify, visit


class UnsubscribeController(http.Controller):
    """Leaving: looking (GET, HEAD) changes nothing, only a POST acts."""

    @http.route(["/mm/u/<token>", "/mm/u/"], **FORM_ROUTE)
    def page(self, token="", action="", reason="", words="", **_form):
        message = self._find(token)
        if not message:
            return not_found()
        page = request.env["marketing.unsubscribe.page"]
        notice = None
        if request.httprequest.method == "POST":
            notice = page._apply(message, action, visit(), reason=reason, words=words)
        return Response(page._render(message, token, notice=notice), headers=FORM_PAGE)

    @http.route(["/mm/1/<token>", "/mm/1/"], **FORM_ROUTE)
    def one_click(self, token="", **_form):
        """RFC 8058: a mail program's POST. A person who follows it gets the page."""
        message = self._find(token)
        if not message:
            return not_found()
        page = request.env["marketing.unsubscribe.page"]
        if request.httprequest.method != "POST":
            return Response(page._render(message, token), headers=FORM_PAGE)
        page._unsubscribe(message, visit(), source="one_click")
        return Response("OK", headers=PRIVATE, mimetype="text/plain")

    @staticmethod
    def _find(token):
        found = verify("unsubscribe", token)
        return found and request.env["marketing.unsubscribe.page"]._find(found[0])
