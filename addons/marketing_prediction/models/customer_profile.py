from odoo import api, fields, models

VALUE_SEGMENTS = [
    ("whale", "Whale"),
    ("high", "High"),
    ("medium", "Medium"),
    ("low", "Low"),
]


class CustomerProfile(models.Model):
    """What a customer will be worth: written by the scoring of a proven model only."""

    _inherit = "customer.profile"

    clv_12m = fields.Monetary(
        "Value, Next 12 Months",
        readonly=True,
        help="Expected margin of the next 12 months, at today's value.",
    )
    clv_remaining = fields.Monetary(
        "Value, Next 5 Years",
        readonly=True,
        help="Expected margin of the next five years, at today's value.",
    )
    clv_low = fields.Monetary(
        "Value at Least",
        readonly=True,
        aggregator=None,
        help="One of ten customers like this one brings less within 12 months.",
    )
    clv_high = fields.Monetary(
        "Value at Most",
        readonly=True,
        aggregator=None,
        help="One of ten customers like this one brings more within 12 months.",
    )
    expected_purchases = fields.Float(
        "Expected Purchases",
        readonly=True,
        help="Days with an order to expect in the next 12 months.",
    )
    p_alive = fields.Float(
        "Still a Customer",
        readonly=True,
        aggregator="avg",
        help="Probability that this customer has not left for good.",
    )
    expected_active_days = fields.Integer(
        "Expected Active Days",
        readonly=True,
        aggregator="avg",
        help="Of the next 365 days, those before the customer leaves for good.",
    )
    value_segment = fields.Selection(
        VALUE_SEGMENTS,
        readonly=True,
        help="By the value of the next 12 months: the best 1 %, the rest of the best "
        "10 %, the next 60 %, the last 30 %, or by the limits of the company.",
    )
    is_at_risk = fields.Boolean(
        "Valuable and Slipping Away",
        readonly=True,
        help="Has probably left (less than 50 %), and is worth more than half of all.",
    )
    clv_model_id = fields.Many2one(
        "prediction.model", "Value Model", readonly=True, ondelete="set null"
    )
    clv_scored_on = fields.Date("Value as of", readonly=True)

    @api.model
    def _get_segment_paths(self):
        return super()._get_segment_paths() | {
            "clv_12m": "amount",
            "clv_remaining": "amount",
            "expected_purchases": "number",
            "p_alive": "share",
            "expected_active_days": "integer",
            "value_segment": "choice",
            "is_at_risk": "boolean",
        }

    @api.model
    def _get_segment_nouns(self):
        return super()._get_segment_nouns() | {
            "clv_12m": self.env._("value of the next 12 months"),
            "clv_remaining": self.env._("value of the next 5 years"),
            "expected_purchases": self.env._("expected purchases"),
            "p_alive": self.env._("probability to be still a customer"),
        }
