from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    website_marketing_events = fields.Boolean(
        related="website_id.marketing_events", readonly=False
    )
