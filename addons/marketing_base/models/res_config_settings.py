from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    marketing_holdout_percent = fields.Float(
        related="company_id.marketing_holdout_percent", readonly=False
    )
    marketing_attribution_days = fields.Integer(
        related="company_id.marketing_attribution_days", readonly=False
    )
    marketing_similar_products = fields.Boolean(
        related="company_id.marketing_similar_products", readonly=False
    )
    marketing_postal_address = fields.Text(
        related="company_id.marketing_postal_address", readonly=False
    )
