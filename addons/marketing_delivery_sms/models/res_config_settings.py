from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    marketing_sms_way_out = fields.Char(
        related="company_id.marketing_sms_way_out", readonly=False
    )
