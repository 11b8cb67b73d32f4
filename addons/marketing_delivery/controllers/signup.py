from odoo import http
from odoo.http import Response, request

from .answers import FORM_PAGE, FORM_ROUTE, not_found, visit


class SignupController(http.Controller):
    """The yes of a double opt-in: looking (GET, HEAD) changes nothing."""

    @http.route(["/mm/s/<token>", "/mm/s/"], **FORM_ROUTE)
    def confirm(self, token="", **_form):
        signup = request.env["marketing.signup"]._find_by_token(token)
        if not signup:
            return not_found()
        if request.httprequest.method == "POST":
            signup._confirm(visit())
        page = request.env["marketing.signup.page"]
        return Response(page._render(signup, token), headers=FORM_PAGE)
