from odoo import http
from odoo.http import Response, request

from .answers import FORM_PAGE, FORM_ROUTE, not_found, too_many, visit


class PreferencesController(http.Controller):
    """The preference centre, and the page of one's own data.

    Looking (GET, HEAD) changes nothing; only a POST acts.
    """

    @http.route(["/mm/p/<token>", "/mm/p/"], **FORM_ROUTE)
    def preferences(self, token="", action="", **_form):
        person = request.env["marketing.addressee"]._find_by_token(token)
        if not person:
            return not_found()
        page = request.env["marketing.preference.page"]
        notice = None
        if request.httprequest.method == "POST":
            form = request.httprequest.form
            notice = page._apply(person, action, visit(), form)
        return Response(page._render(person, token, notice=notice), headers=FORM_PAGE)

    @http.route(["/mm/d/<token>", "/mm/d/"], **FORM_ROUTE)
    def data(self, token="", action="", **_form):
        person = request.env["marketing.addressee"]._find_by_data_token(token)
        if not person:
            return not_found()
        page = request.env["marketing.data.page"]
        if not person.email:  # forgotten: there is nothing to show any more
            return Response(page._render_deleted(person), headers=FORM_PAGE)
        if request.httprequest.method == "POST" and action == "download":
            return self._download(page, person)
        return Response(page._render(person, token), headers=FORM_PAGE)

    @http.route("/mm/d/<token>/delete", **FORM_ROUTE)
    def delete(self, token="", confirm="", **_form):
        person = request.env["marketing.addressee"]._find_by_data_token(token)
        if not person:
            return not_found()
        page = request.env["marketing.data.page"]
        if not person.email:  # the button was pressed twice
            return Response(page._render_deleted(person), headers=FORM_PAGE)
        if request.httprequest.method != "POST":
            return Response(page._render_deletion(person, token), headers=FORM_PAGE)
        if confirm != "yes":
            errors = [page._get_confirmation_error(person)]
            html = page._render_deletion(person, token, errors=errors)
            return Response(html, status=422, headers=FORM_PAGE)
        return Response(page._delete(person), headers=FORM_PAGE)

    @staticmethod
    def _download(page, person):
        found = page._download(person)
        if not found:
            return too_many()
        name, content = found
        headers = {**FORM_PAGE, "Content-Disposition": f'attachment; filename="{name}"'}
        return Response(content, headers=headers, mimetype="application/json")
