from odoo import fields, models

from .marketing_api_limit import ADDRESS_LIMIT, DEFAULT_ADDRESS_LIMIT
from .marketing_api_request import DEFAULT_KEEP_DAYS, KEEP_DAYS


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
    marketing_api_request_days = fields.Integer(
        config_parameter=KEEP_DAYS, default=DEFAULT_KEEP_DAYS
    )
    marketing_api_address_limit = fields.Integer(
        config_parameter=ADDRESS_LIMIT, default=DEFAULT_ADDRESS_LIMIT
    )
