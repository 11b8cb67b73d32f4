from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    marketing_approval = fields.Boolean(
        related="company_id.marketing_approval", readonly=False
    )
    marketing_approval_from = fields.Integer(
        related="company_id.marketing_approval_from", readonly=False
    )
