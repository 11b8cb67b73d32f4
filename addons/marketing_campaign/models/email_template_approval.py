from odoo import models


class EmailTemplateMarketing(models.Model):
    _inherit = "email.template.marketing"

    def write(self, vals):
        """A campaign that was approved with other words needs another approval."""
        result = super().write(vals)
        # Superuser: an approval is withdrawn whether or not the editor may see it.
        self.env["email.campaign"].sudo()._withdraw_stale_approvals(
            [("template_id", "in", self.ids)]
        )
        return result
