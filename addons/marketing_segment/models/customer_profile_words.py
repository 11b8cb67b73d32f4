from odoo import api, fields, models
from odoo.tools import format_date


class CustomerProfile(models.Model):
    """How a customer stands, in words."""

    _inherit = "customer.profile"

    standing = fields.Text("What This Says", compute="_compute_standing")

    @api.depends("lifecycle_stage", "rfm_code", "recency_days", "inter_purchase_days")
    @api.depends_context("lang")
    def _compute_standing(self):
        for profile in self:
            sentences = (profile._tell_silence(), profile._tell_scores())
            profile.standing = " ".join(filter(None, sentences)) or False

    def _tell_silence(self):
        if not self.last_order_date:
            return None
        values = {
            "date": format_date(self.env, self.last_order_date),
            "days": self.recency_days,
            "gap": f"{self.inter_purchase_days:.0f}",
        }
        if self.inter_purchase_days is not False and self.inter_purchase_days:
            return self.env._(
                "Last order %(days)s days ago, on %(date)s; usual days between two: "
                "%(gap)s.",
                **values,
            )
        return self.env._("Last order %(days)s days ago, on %(date)s.", **values)

    def _tell_scores(self):
        if not self.rfm_code:
            return None
        return self.env._(
            "Compared with the other customers (5 is best): recency %(recency)s, number"
            " of orders %(frequency)s, revenue %(monetary)s.",
            recency=self.recency_score,
            frequency=self.frequency_score,
            monetary=self.monetary_score,
        )
