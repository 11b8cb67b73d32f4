from odoo import api, fields, models


class CustomerProfile(models.Model):
    """How likely a customer clicks in the next month, as a score."""

    _inherit = "customer.profile"

    engagement_score = fields.Float(
        "Engagement",
        digits=(16, 1),
        readonly=True,
        aggregator="avg",
        help="0 to 100: of 100 customers with this score, as many click in a message "
        "within 30 days. Empty without a message in 90 days.",
    )
    engagement_written = fields.Integer(
        "Messages, 12 Months", readonly=True, help="Accepted and not bounced."
    )
    engagement_clicks = fields.Integer(
        "Clicked Messages, 12 Months", readonly=True, help="With a human click."
    )
    engagement_model_id = fields.Many2one(
        "prediction.model", "Engagement Model", readonly=True, ondelete="set null"
    )
    engagement_scored_on = fields.Date("Engagement as of", readonly=True)
    engagement_explanation = fields.Text(
        "Why This Engagement", compute="_compute_engagement_explanation"
    )

    @api.model
    def _get_segment_paths(self):
        return super()._get_segment_paths() | {
            "engagement_score": "number",
            "engagement_written": "integer",
            "engagement_clicks": "integer",
        }

    @api.model
    def _get_segment_nouns(self):
        return super()._get_segment_nouns() | {
            "engagement_score": self.env._("engagement score"),
        }

    @api.depends("engagement_score", "engagement_model_id")
    @api.depends_context("lang")
    def _compute_engagement_explanation(self):
        for profile in self:
            profile.engagement_explanation = (
                profile._explain_engagement() if profile.engagement_model_id else False
            )

    def _explain_engagement(self):
        sentence = self.env._(
            "Of 100 customers like this one, %(count)s click in a message within 30 "
            "days. In 12 months it clicked in %(clicks)s of %(written)s messages.",
            count=f"{self.engagement_score:.0f}",
            clicks=self.engagement_clicks,
            written=self.engagement_written,
        )
        origin = self._explain_origin(
            self.engagement_scored_on, self.engagement_model_id
        )
        return f"{sentence} {origin}"
