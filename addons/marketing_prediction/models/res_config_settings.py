from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    marketing_currency_id = fields.Many2one(
        string="Currency of the Limits", related="company_id.currency_id"
    )
    marketing_discount_percent = fields.Float(
        related="company_id.marketing_discount_percent", readonly=False
    )
    marketing_value_whale = fields.Monetary(
        related="company_id.marketing_value_whale",
        readonly=False,
        currency_field="marketing_currency_id",
    )
    marketing_value_high = fields.Monetary(
        related="company_id.marketing_value_high",
        readonly=False,
        currency_field="marketing_currency_id",
    )
    marketing_value_medium = fields.Monetary(
        related="company_id.marketing_value_medium",
        readonly=False,
        currency_field="marketing_currency_id",
    )
