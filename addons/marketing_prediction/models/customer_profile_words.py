from odoo import api, fields, models
from odoo.tools import format_amount, format_date


class CustomerProfile(models.Model):
    """Each score explains itself: what it says, how sure it is, and on what."""

    _inherit = "customer.profile"

    clv_explanation = fields.Text("Why This Value", compute="_compute_clv_explanation")

    @api.depends("clv_12m", "clv_low", "clv_high", "p_alive", "clv_model_id")
    @api.depends_context("lang")
    def _compute_clv_explanation(self):
        for profile in self:
            profile.clv_explanation = (
                profile._explain_value() if profile.clv_model_id else False
            )

    def _explain_value(self):
        sentences = [
            self.env._(
                "About %(purchases)s purchases are to be expected in the next 12 "
                "months, worth %(value)s. Eight of ten customers like this one bring "
                "between %(low)s and %(high)s.",
                purchases=f"{self.expected_purchases:.1f}",
                value=format_amount(self.env, self.clv_12m, self.currency_id),
                low=format_amount(self.env, self.clv_low, self.currency_id),
                high=format_amount(self.env, self.clv_high, self.currency_id),
            ),
            self._explain_alive(),
            self._explain_origin(self.clv_scored_on, self.clv_model_id),
        ]
        return " ".join(sentences)

    def _explain_origin(self, scored_on, model):
        return self.env._(
            "As of %(date)s, by %(model)s.",
            date=format_date(self.env, scored_on),
            model=model.display_name,
        )

    def _explain_alive(self):
        if self.order_count == 1:
            return self.env._(
                "After a single order little is known of this customer: the forecast "
                "is mostly that of others."
            )
        return self.env._(
            "Still a customer with %(chance)s %%: %(orders)s orders since %(since)s, "
            "the last one %(days)s days ago.",
            chance=f"{100 * self.p_alive:.0f}",
            orders=self.order_count,
            since=format_date(self.env, self.acquisition_date),
            days=self.recency_days,
        )
