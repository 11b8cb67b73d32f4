import re

from odoo import models
from odoo.exceptions import UserError

from odoo.addons.marketing_base.addresses import normalise_address
from odoo.addons.phone_validation.tools.phone_validation import phone_format

_FILLING = re.compile(r"[\s().\-/]+")


class EmailCampaignTest(models.TransientModel):
    _inherit = "email.campaign.test"

    def _get_default_address(self, campaign):
        if campaign.channel != "sms":
            return super()._get_default_address(campaign)
        return self.env.user.partner_id.phone_sanitized

    def _split_addresses(self):
        """Numbers hold spaces: only commas and semicolons part them."""
        if self.channel != "sms":
            return super()._split_addresses()
        parts = re.split(r"[,;\n]+", self.addresses or "")
        return [part.strip() for part in parts if part.strip()]

    def _normalise(self, typed):
        """A number as people of the company's country write it, in E.164."""
        if self.channel != "sms":
            return super()._normalise(typed)
        country = self.campaign_id.company_id.country_id
        try:
            number = phone_format(
                typed, country.code or None, country.phone_code, force_format="E164"
            )
        except UserError:
            return None
        return normalise_address("sms", _FILLING.sub("", number))

    def _say_wrong(self, address):
        if self.channel != "sms":
            return super()._say_wrong(address)
        return self.env._(
            "“%(number)s” is not a phone number: write it with its country, such as"
            " +1 555 0100.",
            number=address,
        )
