from odoo import api, models


class MarketingEventSource(models.AbstractModel):
    """Providers tell what became of messages."""

    _inherit = "marketing.event.source"

    @api.model
    def _get_source_models(self):
        return super()._get_source_models() | {"provider": "delivery.provider"}
