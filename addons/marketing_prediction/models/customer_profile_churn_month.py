from odoo import api, fields, models


class CustomerProfile(models.Model):
    """How likely a customer buys nothing for 30 days, whatever is usual for it."""

    _inherit = "customer.profile"

    churn_month_probability = fields.Float(
        "Churn within 30 Days",
        readonly=True,
        aggregator="avg",
        help="Probability of no purchase within the next 30 days. Empty for customers "
        "who have not bought for a year.",
    )
    churn_month_drivers = fields.Json(readonly=True)
    churn_month_model_id = fields.Many2one(
        "prediction.model", "30-Day Churn Model", readonly=True, ondelete="set null"
    )
    churn_month_scored_on = fields.Date("30-Day Churn as of", readonly=True)
    churn_month_explanation = fields.Text(
        "Why These 30 Days", compute="_compute_churn_month_explanation"
    )

    @api.model
    def _get_segment_paths(self):
        return super()._get_segment_paths() | {"churn_month_probability": "share"}

    @api.model
    def _get_segment_nouns(self):
        return super()._get_segment_nouns() | {
            "churn_month_probability": self.env._("churn probability of 30 days"),
        }

    @api.depends("churn_month_probability", "churn_month_drivers")
    @api.depends_context("lang")
    def _compute_churn_month_explanation(self):
        for profile in self:
            profile.churn_month_explanation = (
                profile._explain_churn_month()
                if profile.churn_month_model_id
                else False
            )

    def _explain_churn_month(self):
        sentences = [
            self.env._(
                "Of 100 customers like this one, %(count)s buy nothing within the next "
                "30 days.",
                count=f"{100 * self.churn_month_probability:.0f}",
            ),
            *self._explain_drivers(self.churn_month_drivers),
            self._explain_origin(self.churn_month_scored_on, self.churn_month_model_id),
        ]
        return " ".join(sentences)
