from odoo import api, fields, models
from odoo.tools import format_datetime


class CampaignPlanVersion(models.Model):
    """A plan as it was when it was submitted, approved or opened again.

    Written by the server and changed by nobody; regional managers do not see it, since
    it has the lines of all regions.
    """

    _name = "campaign.plan.version"
    _description = "Plan Version"
    _order = "id desc"

    plan_id = fields.Many2one(
        "campaign.plan", required=True, index=True, ondelete="cascade", readonly=True
    )
    number = fields.Integer("Version", readonly=True)
    kind = fields.Selection(
        [
            ("submitted", "Submitted for Review"),
            ("approved", "Approved"),
            ("reopened", "Opened Again"),
            ("replaced", "Before a Restore"),
        ],
        "When",
        required=True,
        readonly=True,
    )
    user_id = fields.Many2one(
        "res.users", "By", readonly=True, ondelete="set null", index="btree_not_null"
    )
    date = fields.Datetime(readonly=True)
    content = fields.Json(readonly=True, help="Waves and lines.")
    total_stores = fields.Integer("Stores", readonly=True)
    total_quantity = fields.Integer("Pieces", readonly=True)
    total_cost = fields.Monetary("Cost", readonly=True)
    expected_conversions = fields.Float(readonly=True, digits=(16, 1))
    company_id = fields.Many2one(related="plan_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")

    @api.depends("number", "kind", "date")
    @api.depends_context("lang", "tz")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for version in self:
            version.display_name = self.env._(
                "Version %(number)s, %(kind)s, %(time)s",
                number=version.number,
                kind=kinds.get(version.kind, ""),
                time=format_datetime(self.env, version.date, dt_format="d MMM y HH:mm"),
            )

    def action_compare(self):
        """Show what is different now."""
        self.ensure_one()
        compare = self.env["campaign.plan.compare"].create(
            {"plan_id": self.plan_id.id, "old_id": self.id}
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Compare Versions"),
            "res_model": compare._name,
            "res_id": compare.id,
            "views": [(False, "form")],
            "target": "new",
        }
