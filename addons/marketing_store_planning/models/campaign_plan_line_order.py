from odoo import models


class CampaignPlanLine(models.Model):
    _inherit = "campaign.plan.line"

    def _prepare_order_line(self, quantity):
        """Return the values of the order line for ``quantity`` pieces of this line."""
        self.ensure_one()
        return {
            **self.store_id._prepare_order_line(self.creative_id),
            "product_uom_qty": quantity,
            "price_unit": self.unit_price,
            "campaign_plan_line_id": self.id,
        }
