from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    # its name makes a change of it an entry of the audit log
    marketing_first_steps_hidden = fields.Boolean(
        "First Steps Hidden",
        help="The Marketing app opens with the campaigns for everybody.",
    )
