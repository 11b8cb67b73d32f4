from odoo import http
from odoo.http import request

from odoo.addons.marketing_delivery.controllers.answers import MAX_BODY
from odoo.addons.marketing_delivery.tracking.visit import read_visit

from .browser_door import is_foreign

PAGE = "/newsletter"
_HEADERS = {"Cache-Control": "no-store, private", "X-Frame-Options": "SAMEORIGIN"}


class Newsletter(http.Controller):
    """The first step of a double opt-in: somebody types an address.

    The answer is the same for each address. `csrf` off: the block stands on cached
    pages, which have no token; what a foreign page could cause here is one message that
    asks for a confirmation, and its origin is refused.
    """

    @http.route(
        PAGE,
        type="http",
        auth="public",
        website=True,
        methods=["GET", "POST"],
        csrf=False,
        sitemap=True,
        max_content_length=MAX_BODY,
    )
    def newsletter(self, email="", step="", nickname="", **_form):
        page = request.env["marketing.newsletter.page"]
        company = request.website.company_id
        if request.httprequest.method != "POST" or is_foreign(request.httprequest):
            return self._show(page._prepare(company))
        if step != "sign_up":  # from the block: topics and the sentence come next
            return self._show(page._prepare(company, email=email))
        visit = read_visit(request.httprequest)
        if request.env["marketing.signup"]._is_too_many(company, visit):
            return self._show(page._prepare(company, too_many=True), status=429)
        topics = request.httprequest.form.getlist("topic")
        if nickname:  # only a program fills in what nobody sees
            return self._show(page._prepare(company, done=True))
        if not page._sign_up(company, email, topics, visit):
            values = page._prepare(company, email=email, topics=topics, wrong=True)
            return self._show(values, status=422)
        return self._show(page._prepare(company, done=True))

    @staticmethod
    def _show(values, status=200):
        answer = request.render("marketing_website.newsletter", values, status=status)
        answer.headers.update(_HEADERS)
        return answer
