from odoo import fields, models


class EmailCampaignRejection(models.TransientModel):
    """Asks why; a refusal without a reason helps nobody."""

    _name = "email.campaign.rejection"
    _description = "Reject a Campaign"

    campaign_id = fields.Many2one("email.campaign", required=True, ondelete="cascade")
    reason = fields.Char(required=True)

    def action_reject(self):
        self.ensure_one()
        self.campaign_id._reject(self.reason)
        return {"type": "ir.actions.act_window_close"}
