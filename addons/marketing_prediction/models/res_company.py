from odoo import api, fields, models
from odoo.exceptions import ValidationError

LIMITS = ("marketing_value_medium", "marketing_value_high", "marketing_value_whale")


class ResCompany(models.Model):
    _inherit = "res.company"

    marketing_discount_percent = fields.Float(
        "Interest of a Year (%)",
        default=10.0,
        help="How much less money of next year is worth today.",
    )
    marketing_value_whale = fields.Monetary(
        "Whales from",
        help="Value of the next 12 months at which a customer counts as a whale. "
        "Empty: the best 1 %.",
    )
    marketing_value_high = fields.Monetary(
        "High Value from", help="Empty: the best 10 %."
    )
    marketing_value_medium = fields.Monetary(
        "Medium Value from", help="Empty: all but the last 30 %."
    )

    _marketing_discount_range = models.Constraint(
        "CHECK(marketing_discount_percent BETWEEN 0 AND 100)",
        "The interest of a year is between 0 and 100 percent.",
    )

    @api.constrains(*LIMITS)
    def _check_value_limits(self):
        for company in self:
            limits = [company[name] for name in LIMITS if company[name]]
            if limits != sorted(set(limits)) or any(limit < 0 for limit in limits):
                raise ValidationError(
                    self.env._(
                        "The limits of the value segments must rise from medium to "
                        "high to whale, and be positive."
                    )
                )

    def write(self, vals):
        result = super().write(vals)
        if not set(LIMITS).isdisjoint(vals):
            # sudo: whoever sets the limits need not read models; its company only
            models_in_use = self.env["prediction.model"].sudo()
            domain = [("company_id", "in", self.ids), ("state", "=", "in_use")]
            for model in models_in_use.search(domain):
                model._enqueue_scores()
        return result
