from odoo import models
from odoo.exceptions import UserError


class EmailSubscriptionBlacklist(models.Model):
    """The ERP-wide stop lists of Odoo follow our objections."""

    _inherit = "email.subscription.preference"

    def _find_stopped(self):
        """Return the ids of the records whose address is on a stop list of Odoo."""
        # superuser: the addresses are compared here and shown to nobody; marketing
        # users may not open the stop lists, but must see their effect
        known = self.sudo()
        emails = known.filtered(lambda p: p.channel == "email")
        numbers = known.filtered(lambda p: p.channel == "sms")
        stops = known.env["mail.blacklist"].search(
            [("email", "in", emails.mapped("email_address"))]
        )
        number_stops = known.env["phone.blacklist"].search(
            [("number", "in", numbers.mapped("email_address"))]
        )
        listed = {
            "email": set(stops.mapped("email")),
            "sms": set(number_stops.mapped("number")),
        }
        return {
            row.id
            for row in emails | numbers
            if row.email_address in listed[row.channel]
        }

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
            if preference._write_blacklist(blacklist._add):
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
                preference._write_blacklist(preference._get_blacklist()._remove)
                twins._write_server({"lifts_blacklist": False})

    def _write_blacklist(self, write):
        """Put the address on the stop list, or take it off; return whether it did.

        The list of numbers takes many at once, and refuses those that its library does
        not know. The objection itself holds without it.
        """
        if self.channel == "email":
            write(self.email_address)
            return True
        try:
            write([self.email_address])
        except UserError:
            return False
        return True
