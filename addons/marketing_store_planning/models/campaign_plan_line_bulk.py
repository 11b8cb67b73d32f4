from odoo import fields, models
from odoo.exceptions import UserError


class CampaignPlanLine(models.Model):
    """Buttons of the grid, for all lines that are ticked."""

    _inherit = "campaign.plan.line"

    def action_change_quantity(self):
        return self._open_bulk("quantity")

    def action_change_creative(self):
        return self._open_bulk("creative")

    def action_change_wave(self):
        return self._open_bulk("wave")

    def action_change_status(self):
        return self._open_bulk("status")

    def action_include(self):
        return self._open_bulk("included", is_included=True)

    def action_exclude(self):
        return self._open_bulk("included", is_included=False)

    def _open_bulk(self, mode, **values):
        """Ask what is to be changed; nothing is asked where nothing is to be said."""
        if len(self.plan_id) != 1:
            raise UserError(self.env._("Choose lines of one plan."))
        self.check_access("write")
        self.plan_id._check_open()
        wizard = self.env["campaign.plan.bulk"].create(
            {
                "plan_id": self.plan_id.id,
                "versions": {str(line.id): line.edit_version for line in self},
                "mode": mode,
                **values,
            }
        )
        if mode == "included" and not wizard.needs_reason:
            return wizard.action_apply()
        titles = dict(wizard._fields["mode"]._description_selection(self.env))
        return {
            "type": "ir.actions.act_window",
            "name": titles[mode],
            "res_model": wizard._name,
            "res_id": wizard.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def _get_day(self):
        """Return the day of the drop, as far as it is known."""
        self.ensure_one()
        day = self.wave_id.date_start or self.plan_id.period_start
        return day or fields.Date.context_today(self)
