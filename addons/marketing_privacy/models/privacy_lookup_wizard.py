from odoo import models
from odoo.tools import SQL

# Their rows are found by the key of the address; not each of them is installed.
_BY_ADDRESS = (
    "email.subscription.preference",
    "marketing.erasure.request",
    "marketing.signup",
)


class PrivacyLookupWizard(models.TransientModel):
    _inherit = "privacy.lookup.wizard"

    def _get_query(self):
        """Also find what is kept by address, and the identity behind the events.

        The stock query finds columns by name and skips the partitioned event log; one
        identity stands for all events of a person.
        """
        preferences = self.env["email.subscription.preference"]
        key = preferences._address_key("email", self.email.strip())
        by_address = SQL(" UNION ").join(
            SQL(
                "SELECT %s, id, TRUE FROM %s WHERE address_key = %s",
                self.env["ir.model"]._get_id(name),
                SQL.identifier(self.env[name]._table),
                key,
            )
            for name in _BY_ADDRESS
            if name in self.env
        )
        return SQL(
            """%(stock)s
               UNION
               %(by_address)s
               UNION
               SELECT %(identity)s, id, TRUE FROM marketing_identity
                WHERE partner_id IN (SELECT id FROM indirect_references)
                   OR canonical_partner_id IN (SELECT id FROM indirect_references)""",
            stock=super()._get_query(),
            by_address=by_address,
            identity=self.env["ir.model"]._get_id("marketing.identity"),
        )
