from odoo import models
from odoo.exceptions import UserError


class EmailCampaignTest(models.TransientModel):
    """A try goes to the devices of whoever presses the button."""

    _inherit = "email.campaign.test"

    def _get_own_devices(self, campaign):
        # sudo: one's own devices; their addresses are for the system only
        devices = self.env["marketing.push.device"].sudo()
        return devices.search(
            [
                ("partner_id", "=", self.env.user.partner_id.id),
                ("company_id", "=", campaign.company_id.id),
            ],
            limit=10,
        )

    def _get_default_address(self, campaign):
        if campaign.channel != "push":
            return super()._get_default_address(campaign)
        return ", ".join(self._get_own_devices(campaign).mapped("label"))

    def _get_addresses(self):
        """Their addresses are nobody's to type."""
        if self.channel != "push":
            return super()._get_addresses()
        devices = self._get_own_devices(self.campaign_id)
        if not devices:
            raise UserError(
                self.env._(
                    "You have no device: open the website while you are logged in, and"
                    " agree to notifications there."
                )
            )
        return [f"device:{device.id}" for device in devices]
