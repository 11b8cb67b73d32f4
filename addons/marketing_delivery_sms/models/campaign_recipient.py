from odoo import models
from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)

REASONS = {
    "no_number": _lt("No phone number"),
    "invalid_number": _lt("Phone number is not valid"),
    "empty_text": _lt("The text is empty for this customer"),
    "text_too_long": _lt("The text is too long for this customer"),
}


class CampaignRecipient(models.Model):
    _inherit = "campaign.recipient"

    def _get_reason_label(self, reason):
        if reason in REASONS:
            return self.env._(REASONS[reason])
        return super()._get_reason_label(reason)
