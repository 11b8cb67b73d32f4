from odoo import models
from odoo.tools import SQL


class PrivacyLookupWizard(models.TransientModel):
    _inherit = "privacy.lookup.wizard"

    def _get_query(self):
        """Also find consents by their address, and the identity behind the events.

        The stock query finds columns by name and skips the partitioned event log; one
        identity stands for all events of a person.
        """
        preferences = self.env["email.subscription.preference"]
        key = preferences._address_key("email", self.email.strip())
        return SQL(
            """%(stock)s
               UNION
               SELECT %(consent)s, id, TRUE FROM email_subscription_preference
                WHERE address_key = %(key)s
               UNION
               SELECT %(identity)s, id, TRUE FROM marketing_identity
                WHERE partner_id IN (SELECT id FROM indirect_references)
                   OR canonical_partner_id IN (SELECT id FROM indirect_references)""",
            stock=super()._get_query(),
            consent=self.env["ir.model"]._get_id("email.subscription.preference"),
            identity=self.env["ir.model"]._get_id("marketing.identity"),
            key=key,
        )
