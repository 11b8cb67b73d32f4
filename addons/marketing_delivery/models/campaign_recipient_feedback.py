from odoo import fields, models


class CampaignRecipientFeedback(models.Model):
    """What a provider's feedback adds to the message row."""

    _inherit = "campaign.recipient"

    delivered_at = fields.Datetime(
        readonly=True, copy=False, help="When the recipient's mail server took it."
    )
    complained_at = fields.Datetime("Complained", readonly=True, copy=False)
    doubted_at = fields.Datetime(
        readonly=True, copy=False, help="When the provider's answer was given up on."
    )
    traced_at = fields.Datetime(
        readonly=True,
        copy=False,
        help="First sign from the provider that it has the message, as long as its"
        " answer is missing.",
    )

    resend_count = fields.Integer(
        "Sent Again",
        readonly=True,
        copy=False,
        help="How often a transactional message was sent again because the answer was"
        " lost; each may have arrived too.",
    )

    _doubt_idx = models.Index("(doubted_at) WHERE state = 'in_doubt'")
    _trace_idx = models.Index("(lease_token) WHERE traced_at IS NOT NULL")
