from odoo import models


class EmailSubscriptionLists(models.Model):
    """Copies of the choices of topics: mailing lists of Odoo."""

    _inherit = "email.subscription.preference"

    def _mirror_choices(self):
        result = super()._mirror_choices()
        topics = self.env["marketing.topic"]
        emails = self.filtered(lambda row: row.channel == "email")
        if emails and topics._has_lists():
            # superuser: a shopper's choice is copied; rows and lists are theirs
            topics.sudo()._mirror_lists(emails.sudo())
        return result

    def _choose_one_topic(self, topic, wanted):
        """Note a choice that was made on a list; what is the same leaves no line."""
        self.ensure_one()
        if (topic in self.topic_ids) == wanted:
            return
        choices = {**(self.category_preferences or {}), str(topic.id): wanted}
        with self._telling("mailing_list"):
            self._write_server({"category_preferences": choices})
        self._mirror_choices()

    def _erase_blacklist(self, partners, rows=None):
        """Delete the list contacts too: they hold the address in clear."""
        rows_ = self if rows is None else rows
        emails = set(
            rows_.filtered(lambda row: row.channel == "email").mapped("email_address")
        )
        emails |= set(partners.mapped("email_normalized"))
        contacts = self.env["mailing.contact"].with_context(active_test=False)
        contacts.search(
            [("email_normalized", "in", [email for email in emails if email])]
        ).unlink()
        return super()._erase_blacklist(partners, rows=rows)
