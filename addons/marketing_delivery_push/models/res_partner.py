from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _get_marketing_keys(self):
        """The devices of these partners are addresses of theirs as well."""
        # sudo: only the keys of the addresses, as for mail and numbers
        devices = self.env["marketing.push.device"].sudo()
        found = devices.search([("partner_id", "in", self.ids)])
        return super()._get_marketing_keys() | {
            ("push", device.address_key) for device in found
        }
