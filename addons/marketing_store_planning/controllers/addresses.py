from odoo import http
from odoo.http import request


class PlanningAddresses(http.Controller):
    """The short addresses of the planning screens lead to their actions."""

    @http.route("/campaigns/matrix", type="http", auth="user", methods=["GET"])
    def matrix(self):
        return request.redirect("/odoo/campaign-matrix", local=True)

    @http.route("/campaigns/orders", type="http", auth="user", methods=["GET"])
    def orders(self):
        return request.redirect("/odoo/campaign-orders", local=True)

    @http.route("/campaigns/planning", type="http", auth="user", methods=["GET"])
    def plans(self):
        return request.redirect("/odoo/campaign-plans", local=True)

    @http.route(
        "/campaigns/planning/<int:plan_id>", type="http", auth="user", methods=["GET"]
    )
    def plan(self, plan_id):
        return request.redirect(f"/odoo/campaign-plans/{plan_id}", local=True)
