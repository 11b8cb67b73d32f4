from odoo import api, models

PUSH_SECRET = "marketing_delivery_push.vapid_secret"


class IrConfigParameter(models.Model):
    """The key of web push: with another one every subscription would be void."""

    _inherit = "ir.config_parameter"

    @api.model
    def _get_marketing_secrets(self):
        return (*super()._get_marketing_secrets(), PUSH_SECRET)
