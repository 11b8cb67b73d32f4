from odoo import models
from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)

REASONS = {
    "no_device": _lt("No device for notifications"),
    "invalid_device": _lt("Device cannot be reached"),
}


class CampaignRecipient(models.Model):
    _inherit = "campaign.recipient"

    def _get_reason_label(self, reason):
        if reason in REASONS:
            return self.env._(REASONS[reason])
        return super()._get_reason_label(reason)
