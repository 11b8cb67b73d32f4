from odoo import http
from odoo.http import Response, request

from .answers import PRIVATE, PUBLIC_ROUTE, not_found, verify

# The message is a document of strangers on our domain: no script, no form, no access
# to our cookies; its links open in pages of their own.
_SANDBOX = {
    **PRIVATE,
    "Content-Security-Policy": (
        "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none';"
        " img-src http: https: data:; style-src 'unsafe-inline' https:;"
        " font-src https: data:; base-uri 'none'; form-action 'none';"
        " frame-ancestors 'none'"
    ),
}


class BrowserViewController(http.Controller):
    @http.route(["/mm/v/<token>", "/mm/v/"], methods=["GET"], **PUBLIC_ROUTE)
    def view(self, token="", **_query):
        found = verify("view", token)
        html = found and request.env["marketing.browser.view"]._render(found[0])
        return Response(html, headers=_SANDBOX) if html else not_found()
