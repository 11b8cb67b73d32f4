from odoo import fields, models


class CampaignRecipientEngagement(models.Model):
    """What the projection of opens and clicks adds to the message row."""

    _inherit = "campaign.recipient"

    machine_opened_at = fields.Datetime(
        readonly=True,
        help="First time a mail program or scanner, not a person, loaded the pixel.",
    )
    click_ids = fields.One2many("delivery.click", "recipient_id", readonly=True)
