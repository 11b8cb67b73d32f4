from odoo import api, models


class MarketingEventSource(models.AbstractModel):
    """Browsers of a website's visitors tell what they look at."""

    _inherit = "marketing.event.source"

    @api.model
    def _get_source_models(self):
        return super()._get_source_models() | {"website": "website"}
