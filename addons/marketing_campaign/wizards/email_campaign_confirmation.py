from odoo import fields, models


class EmailCampaignConfirmation(models.TransientModel):
    """Says before it happens what sending a campaign means; written by the campaign."""

    _name = "email.campaign.confirmation"
    _description = "Send a Campaign"

    campaign_id = fields.Many2one("email.campaign", required=True, ondelete="cascade")
    headline = fields.Char(readonly=True)
    left_out = fields.Char("Left Out", readonly=True)
    channel_name = fields.Char("Channel", readonly=True)
    provider_names = fields.Char("Through", readonly=True)
    timing = fields.Text("When", readonly=True)
    cost = fields.Char("Costs About", readonly=True)
    warnings = fields.Text(readonly=True)

    def action_send(self):
        self.ensure_one()
        return self.campaign_id.action_send_now()
