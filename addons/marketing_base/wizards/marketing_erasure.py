from odoo import fields, models


class MarketingErasure(models.TransientModel):
    _name = "marketing.erasure"
    _description = "Erase a Customer"

    partner_id = fields.Many2one("res.partner", required=True, readonly=True)

    def action_erase(self):
        self.ensure_one()
        self.partner_id._marketing_erase()
        return {"type": "ir.actions.client", "tag": "soft_reload"}
