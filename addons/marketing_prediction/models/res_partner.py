from odoo import api, fields, models

from odoo.addons.marketing_segment.models.res_partner import READERS

from .customer_profile import VALUE_SEGMENTS

#: Field of the partner -> field of the profile.
SHOWN = {
    "value_segment": "value_segment",
    "marketing_clv_12m": "clv_12m",
    "marketing_p_alive": "p_alive",
    "marketing_expected_purchases": "expected_purchases",
    "marketing_is_at_risk": "is_at_risk",
    "marketing_clv_explanation": "clv_explanation",
    "marketing_contact_explanation": "contact_explanation",
    "marketing_engagement_score": "engagement_score",
    "marketing_engagement_explanation": "engagement_explanation",
    "marketing_churn_probability": "churn_probability",
    "marketing_churn_explanation": "churn_explanation",
    "marketing_churn_month_probability": "churn_month_probability",
    "marketing_churn_month_explanation": "churn_month_explanation",
}


def _from_profile(field_type, name, *args, **kwargs):
    """Return a field of the partner that shows `name` of the company's profile."""
    return field_type(
        *args,
        compute="_compute_marketing_prediction",
        search=lambda self, operator, value: self._search_marketing_profile(
            name, operator, value
        ),
        groups=READERS,
        **kwargs,
    )


class ResPartner(models.Model):
    """The predictions of the current company on the customer."""

    _inherit = "res.partner"

    value_segment = _from_profile(
        fields.Selection, "value_segment", VALUE_SEGMENTS, "Value Segment"
    )
    marketing_clv_12m = _from_profile(
        fields.Monetary,
        "clv_12m",
        "Value, Next 12 Months",
        currency_field="marketing_currency_id",
    )
    marketing_p_alive = _from_profile(fields.Float, "p_alive", "Still a Customer")
    marketing_expected_purchases = _from_profile(
        fields.Float, "expected_purchases", "Expected Purchases"
    )
    marketing_is_at_risk = _from_profile(
        fields.Boolean, "is_at_risk", "Valuable and Slipping Away"
    )
    marketing_contact_explanation = fields.Text(
        "How to Write", compute="_compute_marketing_prediction", groups=READERS
    )
    marketing_engagement_score = _from_profile(
        fields.Float, "engagement_score", "Engagement"
    )
    marketing_engagement_explanation = fields.Text(
        "Why This Engagement",
        compute="_compute_marketing_prediction",
        groups=READERS,
    )
    marketing_churn_probability = _from_profile(
        fields.Float, "churn_probability", "Churn Probability"
    )
    marketing_churn_explanation = fields.Text(
        "Why This Churn Probability",
        compute="_compute_marketing_prediction",
        groups=READERS,
    )
    marketing_churn_month_probability = _from_profile(
        fields.Float, "churn_month_probability", "Churn within 30 Days"
    )
    marketing_churn_month_explanation = fields.Text(
        "Why These 30 Days", compute="_compute_marketing_prediction", groups=READERS
    )
    marketing_clv_explanation = fields.Text(
        "Why This Value", compute="_compute_marketing_prediction", groups=READERS
    )

    @api.model
    def _get_shown_figures(self):
        return super()._get_shown_figures() | SHOWN

    @api.model
    def _get_grouped_figures(self):
        return super()._get_grouped_figures() | {"value_segment"}

    @api.depends("commercial_partner_id")
    @api.depends_context("company", "lang")
    def _compute_marketing_prediction(self):
        profiles = self._get_marketing_profiles()
        nobody = self.env["customer.profile"]
        for partner in self:
            profile = profiles.get(partner._origin.id, nobody)
            for name, source in SHOWN.items():
                partner[name] = profile[source]
