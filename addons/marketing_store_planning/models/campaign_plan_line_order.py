from odoo import models


class CampaignPlanLine(models.Model):
    _inherit = "campaign.plan.line"

    def _prepare_order_line(self, quantity):
        """Return the values of the order line for ``quantity`` pieces of this line."""
        self.ensure_one()
        partner = self.store_id.partner_id
        address = partner._display_address(without_company=True) if partner else ""
        where = ", ".join(part for part in address.splitlines() if part.strip())
        texts = (self.creative_id.name, self.store_id.display_name, where)
        return {
            "product_id": self.creative_id.product_id.id,
            "name": "\n".join(filter(None, texts)),
            "product_uom_qty": quantity,
            "price_unit": self.unit_price,
            "store_id": self.store_id.id,
            "store_creative_id": self.creative_id.id,
            "campaign_plan_line_id": self.id,
        }
