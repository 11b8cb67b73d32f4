from odoo import fields, models


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    store_id = fields.Many2one(
        "marketing.store",
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
    )
    campaign_plan_line_id = fields.Many2one(
        "campaign.plan.line",
        "Plan Line",
        index="btree_not_null",
        copy=False,
        ondelete="set null",
    )
    store_creative_id = fields.Many2one(
        "store.creative",
        "Creative",
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
    )

    def _is_delivered_by_hand(self):
        """Whether people enter the delivered pieces; stock moves do it otherwise."""
        self.ensure_one()
        return (
            not self.display_type
            and not self.is_downpayment
            and self.qty_delivered_method == "manual"
        )
