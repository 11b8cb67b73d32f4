from odoo import models


class EmailCreative(models.Model):
    _inherit = "email.creative"

    def write(self, vals):
        """A campaign that was approved with another picture needs another approval."""
        result = super().write(vals)
        # Superuser: an approval is withdrawn whether or not the editor may see it.
        self.env["email.campaign"].sudo()._withdraw_stale_approvals(
            [("creative_ids", "in", self.ids)]
        )
        return result
