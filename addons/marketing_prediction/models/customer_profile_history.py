from odoo import api, fields, models

from .customer_profile import VALUE_SEGMENTS


class CustomerProfileHistory(models.Model):
    """The predictions of a customer, month by month."""

    _inherit = "customer.profile.history"

    clv_12m = fields.Monetary("Value, Next 12 Months", readonly=True)
    value_segment = fields.Selection(VALUE_SEGMENTS, readonly=True)
    p_alive = fields.Float("Still a Customer", readonly=True, aggregator="avg")
    churn_probability = fields.Float(readonly=True, aggregator="avg")
    churn_month_probability = fields.Float(
        "Churn within 30 Days", readonly=True, aggregator="avg"
    )
    engagement_score = fields.Float(
        "Engagement", digits=(16, 1), readonly=True, aggregator="avg"
    )

    @api.model
    def _get_copied_columns(self):
        return [
            *super()._get_copied_columns(),
            *("clv_12m", "value_segment", "p_alive"),
            *("churn_probability", "churn_month_probability", "engagement_score"),
        ]
