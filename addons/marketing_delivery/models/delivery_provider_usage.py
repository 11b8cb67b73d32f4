from odoo import fields, models


class DeliveryProviderUsage(models.Model):
    """Window counters of a provider, apart so that senders never touch its form."""

    _name = "delivery.provider.usage"
    _description = "Delivery Provider Usage"
    _log_access = False
    _rec_name = "provider_id"

    provider_id = fields.Many2one(
        "delivery.provider", required=True, readonly=True, ondelete="cascade"
    )
    minute_start = fields.Datetime(readonly=True)
    minute_used = fields.Integer(readonly=True)
    hour_start = fields.Datetime(readonly=True)
    hour_used = fields.Integer(readonly=True)
    day_start = fields.Datetime(readonly=True)
    day_used = fields.Integer(readonly=True)

    _provider_uniq = models.Constraint(
        "UNIQUE(provider_id)", "A provider has one row of counters."
    )
