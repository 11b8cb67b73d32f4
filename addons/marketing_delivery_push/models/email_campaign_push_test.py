from odoo import models
from odoo.exceptions import UserError


class EmailCampaign(models.Model):
    """Tries of a notification: the job names devices, never their addresses."""

    _inherit = "email.campaign"

    def _build_test(self, letterhead, content, address, form):
        if self.channel != "push":
            return super()._build_test(letterhead, content, address, form)
        # sudo: a device that the wizard found for its user
        devices = self.env["marketing.push.device"].sudo()
        device = devices.browse(int(address.partition(":")[2])).exists()
        if not device:
            raise UserError(self.env._("The device has gone."))
        content = content._replace(keys=(device.p256dh, device.auth))
        return super()._build_test(letterhead, content, device.endpoint, form)

    def _name_test_address(self, address):
        if self.channel != "push":
            return super()._name_test_address(address)
        return self.env._("your device")
