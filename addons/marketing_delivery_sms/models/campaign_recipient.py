from odoo import api, models


class CampaignRecipient(models.Model):
    _inherit = "campaign.recipient"

    @api.model
    def _get_reason_labels(self):
        return super()._get_reason_labels() | {
            "no_number": self.env._("No phone number"),
            "invalid_number": self.env._("Phone number is not valid"),
            "empty_text": self.env._("The text is empty for this customer"),
            "text_too_long": self.env._("The text is too long for this customer"),
        }
