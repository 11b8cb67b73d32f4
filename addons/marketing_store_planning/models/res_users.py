from odoo import fields, models


class ResUsers(models.Model):
    _inherit = "res.users"

    store_planning_steps_hidden = fields.Boolean(
        "Store Planning Steps Hidden",
        help="The matrix is shown without the first steps above it.",
    )
