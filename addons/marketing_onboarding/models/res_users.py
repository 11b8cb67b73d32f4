from odoo import fields, models


class ResUsers(models.Model):
    _inherit = "res.users"

    marketing_first_steps_hidden = fields.Boolean(
        "Marketing First Steps Hidden",
        help="The Marketing app opens with the campaigns.",
    )
