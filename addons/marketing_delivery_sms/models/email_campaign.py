from odoo import fields, models
from odoo.tools import SQL

from odoo.addons.marketing_campaign.models.audience_sql import Addresses

from ..sender.letterhead import SmsLetterhead
from ..tracking.short_links import ShortSigner


class EmailCampaign(models.Model):
    """The channel ``sms``: who has a number, and what all its messages share."""

    _inherit = "email.campaign"

    channel = fields.Selection(
        selection_add=[("sms", "SMS")], ondelete={"sms": "set default"}
    )

    def _get_addresses(self):
        if self.channel != "sms":
            return super()._get_addresses()
        return Addresses(
            "sms",
            SQL("p.phone_sanitized"),
            self._get_address_key_sql("sms"),
            "no_number",
            "invalid_number",
        )

    def _get_letterhead(self):
        if self.channel != "sms":
            return super()._get_letterhead()
        return SmsLetterhead(
            sender=self._pick_provider().sms_sender or "",
            base_url=self.get_base_url(),
            signer=ShortSigner.from_env(self.env),
        )
