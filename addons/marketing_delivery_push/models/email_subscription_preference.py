from odoo import api, models


class EmailSubscriptionPreference(models.Model):
    _inherit = "email.subscription.preference"

    @api.model
    def _erase(self, partners):
        """Devices of erased persons go; the keys of their addresses stay as a stop."""
        result = super()._erase(partners)
        # sudo: an erasure reaches every company
        devices = self.env["marketing.push.device"].sudo()
        devices.search([("partner_id", "in", partners.ids)]).unlink()
        return result
