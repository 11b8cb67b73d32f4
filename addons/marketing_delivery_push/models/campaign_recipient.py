from odoo import api, models


class CampaignRecipient(models.Model):
    _inherit = "campaign.recipient"

    @api.model
    def _get_reason_labels(self):
        return super()._get_reason_labels() | {
            "no_device": self.env._("No device for notifications"),
            "invalid_device": self.env._("Device cannot be reached"),
        }
