from odoo import fields, models


class MarketingApiKeyShow(models.AbstractModel):
    """A dialog without a table: the key passes through and is stored nowhere."""

    _name = "marketing.api.key.show"
    _description = "Show API Key"

    id = fields.Id()
    key = fields.Char(readonly=True)
