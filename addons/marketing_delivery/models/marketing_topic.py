from odoo import api, fields, models


class MarketingTopic(models.Model):
    _inherit = "marketing.topic"

    daily_limit = fields.Integer(
        help="Marketing messages about this topic on one day; 0 means no limit. Days"
        " start at midnight UTC.",
    )

    _daily_limit_not_negative = models.Constraint(
        "CHECK(daily_limit >= 0)", "A limit cannot be negative; 0 means no limit."
    )

    @api.model
    def _get_audited_fields(self):
        return [*super()._get_audited_fields(), "daily_limit"]
