import secrets

from odoo import api, fields, models


class ResCompany(models.Model):
    _name = "res.company"
    _inherit = ["res.company", "marketing.audited"]

    marketing_holdout_percent = fields.Float(
        string="Global Holdout (%)",
        default=5.0,
        help="Share of customers who never receive a campaign, so that its effect can "
        "be measured. Always the same customers.",
    )
    marketing_holdout_salt = fields.Char(groups="base.group_system", copy=False)
    marketing_attribution_days = fields.Integer(
        string="Attribution Window (Days)",
        default=7,
        help="An order counts for the last human click of the same customer at most "
        "this many days before it.",
    )
    marketing_similar_products = fields.Boolean(
        string="Existing Customers, Similar Products",
        help="Also write to customers without recorded consent who ordered in the last "
        "24 months and have not objected. Check that your law allows it.",
    )
    marketing_postal_address = fields.Text(
        string="Postal Address in Mails",
        help="Printed at the foot of every marketing mail, as several laws require.",
    )

    _marketing_holdout_range = models.Constraint(
        "CHECK(marketing_holdout_percent >= 0 AND marketing_holdout_percent <= 50)",
        "The global holdout is between 0 and 50 percent.",
    )
    _marketing_attribution_range = models.Constraint(
        "CHECK(marketing_attribution_days BETWEEN 1 AND 90)",
        "The attribution window is between 1 and 90 days.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        # the salt is readable by the system only; whoever creates a company needs one
        companies.sudo()._ensure_holdout_salt()
        return companies

    @api.model
    def _get_audited_fields(self):
        """Every setting of marketing, those of upper addons included."""
        hidden = {"marketing_holdout_salt"}
        return [
            name
            for name, field in self._fields.items()
            if name.startswith("marketing_") and field.store and name not in hidden
        ]

    def _get_audit_event(self, kind, changes):
        return "settings_changed"

    def _ensure_holdout_salt(self):
        """Draw a salt for each company without one; an existing one never changes."""
        for company in self.filtered(
            lambda company: not company.marketing_holdout_salt
        ):
            company.marketing_holdout_salt = secrets.token_hex(16)
