from odoo import api, models
from odoo.exceptions import UserError

# what anybody may change on a supplied design: whether it is offered
_FREE_FIELDS = frozenset({"active"})


class EmailTemplateMarketing(models.Model):
    """The supplied designs: read-only, so that an update of the addon improves them."""

    _inherit = "email.template.marketing"

    @api.model_create_multi
    def create(self, vals_list):
        if any(vals.get("is_system") for vals in vals_list):
            self._check_supplier()
        return super().create(vals_list)

    def write(self, vals):
        if "is_system" in vals:
            self._check_supplier()
        if not _FREE_FIELDS.issuperset(vals):
            self._check_not_supplied()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_supplied(self):
        self._check_not_supplied()

    @api.model
    def _check_supplier(self):
        """Only the addon itself, which runs as superuser, supplies designs."""
        if not self.env.su:
            raise UserError(
                self.env._("Designs are supplied by addons. Leave “Supplied” alone.")
            )

    def _check_not_supplied(self):
        supplied = self.filtered("is_system")
        if supplied and not self.env.su:
            raise UserError(
                self.env._(
                    "“%(name)s” is a supplied design. Choose “Use this design”: that"
                    " makes a copy of your own, which you can change.",
                    name=supplied[0].name,
                )
            )

    def action_use_design(self):
        """A copy of the design that belongs to the user's company, ready to edit."""
        self.ensure_one()
        template = self.copy({"company_id": self.env.company.id})
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "view_mode": "form",
            "res_id": template.id,
        }
