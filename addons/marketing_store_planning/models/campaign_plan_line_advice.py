from odoo import api, fields, models


class CampaignPlanLine(models.Model):
    """What the recommendation expected: kept when somebody decides otherwise."""

    _inherit = "campaign.plan.line"

    recommended_rate = fields.Float(
        "Recommended: Conversions a Piece",
        digits=(16, 5),
        readonly=True,
        aggregator=None,
    )
    recommended_value = fields.Monetary(
        "Recommended: Revenue a Conversion", readonly=True, aggregator=None
    )

    @api.model
    def _get_server_fields(self):
        return super()._get_server_fields() | {"recommended_rate", "recommended_value"}


class StoreMatrixCell(models.Model):
    _inherit = "store.matrix.cell"

    def _prepare_line(self, plan):
        return {
            **super()._prepare_line(plan),
            "recommended_rate": self.expected_rate,
            "recommended_value": self.conversion_value,
        }
