from odoo import models
from odoo.tools import SQL


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _marketing_erase(self):
        """Blank the addresses of the messages; their keys keep them from going twice.

        What has not left yet is stopped by the gate: an erased address has no consent.
        """
        # sudo: super() checks the officer's right before anything is changed
        partners = self.sudo()._get_erased_partners()
        partner_ids = partners.ids
        keys = {key for _channel, key in partners._get_marketing_keys()}
        result = super()._marketing_erase()
        partners.env["marketing.signup"]._erase_addresses(keys)
        messages = self.env["campaign.recipient"]
        messages.flush_model()
        self.env.cr.execute(
            SQL(
                """
                UPDATE campaign_recipient
                   SET email_address = NULL, bounce_reason = NULL, reason_detail = NULL
                 WHERE customer_id = ANY(%s)
                """,
                partner_ids,
            )
        )
        messages.invalidate_model(flush=False)
        return result
