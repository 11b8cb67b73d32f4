from odoo import fields, models


class DeliveryUsage(models.Model):
    """Window counters of an allowance, apart so that senders never touch a form."""

    _name = "delivery.usage"
    _description = "Used Allowance"
    _log_access = False
    _rec_name = "scope"

    scope = fields.Selection(
        [
            ("provider", "Provider"),
            ("company", "Company"),
            ("domain", "Sender domain"),
            ("topic", "Topic"),
            ("campaign", "Campaign"),
        ],
        required=True,
        readonly=True,
    )
    # no reference: what is used up of a deleted record hurts nobody
    res_id = fields.Integer("Record", required=True, readonly=True)
    company_id = fields.Many2one("res.company", readonly=True, ondelete="cascade")
    minute_start = fields.Datetime(readonly=True)
    minute_used = fields.Integer(readonly=True)
    hour_start = fields.Datetime(readonly=True)
    hour_used = fields.Integer(readonly=True)
    day_start = fields.Datetime(readonly=True)
    day_used = fields.Integer(readonly=True)

    _scope_uniq = models.Constraint(
        "UNIQUE(scope, res_id)", "An allowance has one row of counters."
    )
