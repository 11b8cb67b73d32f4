from odoo import api, models


class ResUsers(models.Model):
    """Who may do what in marketing is entered in the audit log."""

    _inherit = "res.users"

    @api.model_create_multi
    def create(self, vals_list):
        users = super().create(vals_list)
        users.env["res.groups"]._record_marketing_rights({}, users)
        return users

    def write(self, vals):
        if not {"group_ids", "role", "active"} & set(vals):
            return super().write(vals)
        groups = self.env["res.groups"]
        before = groups._read_marketing_rights()
        result = super().write(vals)
        groups._record_marketing_rights(before, self)
        return result
