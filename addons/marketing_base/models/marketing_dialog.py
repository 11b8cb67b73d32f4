from odoo import models


class MarketingDialog(models.AbstractModel):
    """Mixin of wizards of more than one step: each shows the same dialog again."""

    _name = "marketing.dialog"
    _description = "Dialog of Several Steps"

    def _get_title(self):
        """Return what stands above the dialog."""
        raise NotImplementedError

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self._get_title(),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }
