from odoo import models


class EmailSubscriptionBlacklist(models.Model):
    """The ERP-wide stop lists of Odoo follow our objections."""

    _inherit = "email.subscription.preference"

    def _get_blacklist(self):
        """Return the ERP-wide stop list of this channel, or None (push has none)."""
        models_by_channel = {"email": "mail.blacklist", "sms": "phone.blacklist"}
        model = models_by_channel.get(self.channel)
        # a shopper's request or a marketing user may not write the list directly
        return self.env[model].sudo() if model else None

    def _add_to_blacklist(self):
        """Let the rest of Odoo respect the objection too."""
        for preference in self.filtered("email_address"):
            blacklist = preference._get_blacklist()
            field = "email" if preference.channel == "email" else "number"
            domain = [(field, "=", preference.email_address)]
            if blacklist is None or blacklist.search_count(domain, limit=1):
                continue
            blacklist._add(preference.email_address)
            preference._write_server({"lifts_blacklist": True})

    def _remove_from_blacklist(self):
        """Leave the stop list again where our own objection had written to it."""
        for preference in self:
            twins = self.sudo().search(  # the entry may come from another company
                [
                    ("channel", "=", preference.channel),
                    ("address_key", "=", preference.address_key),
                    ("lifts_blacklist", "=", True),
                ]
            )
            if twins and preference.email_address:
                preference._get_blacklist()._remove(preference.email_address)
                twins._write_server({"lifts_blacklist": False})
