from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    website_marketing_push = fields.Boolean(
        related="website_id.marketing_push", readonly=False
    )
    website_marketing_push_question = fields.Char(
        related="website_id.marketing_push_question", readonly=False
    )
