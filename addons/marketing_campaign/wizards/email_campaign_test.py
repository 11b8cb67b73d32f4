import re

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.marketing_base.addresses import normalise_email
from odoo.addons.marketing_base.notification import CLOSE, notify

MAX_ADDRESSES = 10


class EmailCampaignTest(models.TransientModel):
    """Ask where a test goes and as whom it is rendered; nothing is sent in here."""

    _name = "email.campaign.test"
    _description = "Send a Test of a Campaign"

    campaign_id = fields.Many2one("email.campaign", required=True, ondelete="cascade")
    partner_id = fields.Many2one(
        "res.partner",
        "As Customer",
        help="The test shows what this customer would receive.",
    )
    addresses = fields.Char(
        "Send To",
        required=True,
        default=lambda self: self.env.user.email,
        help="Up to ten addresses, separated by commas.",
    )
    channel = fields.Selection(related="campaign_id.channel")
    lacks_own_address = fields.Boolean(compute="_compute_lacks_own_address")

    @api.depends("campaign_id")
    @api.depends_context("uid")
    def _compute_lacks_own_address(self):
        for test in self:
            test.lacks_own_address = not self._get_default_address(test.campaign_id)

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        campaign = self.env["email.campaign"].browse(values.get("campaign_id"))
        if campaign and "partner_id" in fields_list:
            values["partner_id"] = campaign._get_sample_customer().id
        if campaign and "addresses" in fields_list:
            values["addresses"] = self._get_default_address(campaign)
        return values

    def _get_default_address(self, campaign):
        """The user's own address, or False."""
        return self.env.user.email

    def _split_addresses(self):
        return [part for part in re.split(r"[,;\s]+", self.addresses or "") if part]

    def _normalise(self, typed):
        """One spelling of what was typed, or None; each channel has its addresses."""
        return normalise_email(typed)

    def _get_addresses(self):
        """One normal spelling each; raises on the first that is not an address."""
        typed = self._split_addresses()
        if not 0 < len(typed) <= MAX_ADDRESSES:
            raise UserError(
                self.env._(
                    "Give one to %(most)s addresses, separated by commas.",
                    most=MAX_ADDRESSES,
                )
            )
        addresses = {address: self._normalise(address) for address in typed}
        for address, normal in addresses.items():
            if not normal:
                raise UserError(self._say_wrong(address))
        return sorted(set(addresses.values()))

    def _say_wrong(self, address):
        return self.env._(
            "“%(address)s” is not one valid e-mail address.", address=address
        )

    def action_send(self):
        self.ensure_one()
        campaign = self.campaign_id
        campaign.check_access("write")
        addresses = self._get_addresses()
        campaign._enqueue_test(self.partner_id, addresses)
        message = self.env._(
            "The test is on its way to %(addresses)s.", addresses=", ".join(addresses)
        )
        return notify("info", message, then=CLOSE)
