from odoo import fields, models


class CampaignPlanLine(models.Model):
    _inherit = "campaign.plan.line"

    coupon_code = fields.Char(compute="_compute_coupon_code")

    def _compute_coupon_code(self):
        # superuser: what is printed on a piece is known to whoever plans it
        cards = self.env["loyalty.card"].sudo()
        found = cards.search_fetch(
            [("campaign_plan_line_id", "in", self.ids)],
            ["code", "campaign_plan_line_id", "store_creative_id"],
        )
        codes = {
            (card.campaign_plan_line_id.id, card.store_creative_id.id): card.code
            for card in found
        }
        for line in self:
            line.coupon_code = codes.get((line.id, line.creative_id.id), False)

    def _prepare_coupon(self, program, code):
        self.ensure_one()
        return {
            "program_id": program.id,
            "code": code,
            "points": self.quantity,
            "printed_pieces": self.quantity,
            "campaign_plan_line_id": self.id,
            "marketing_store_id": self.store_id.id,
            "store_creative_id": self.creative_id.id,
            "expiration_date": self.plan_id._get_coupon_expiry(self.wave_id),
        }

    def _prepare_order_line(self, quantity):
        """Tell the printer which code belongs on the pieces."""
        values = super()._prepare_order_line(quantity)
        if self.coupon_code:
            text = self.env._("Coupon code: %s", self.coupon_code)
            values["name"] = f"{values['name']}\n{text}"
        return values
