from odoo import api, models


class MailingSubscription(models.Model):
    """Leaving a list of a topic, or coming back to it, is a choice of topics."""

    _inherit = "mailing.subscription"

    @api.model_create_multi
    def create(self, vals_list):
        members = super().create(vals_list)
        members._tell_topics()
        return members

    def write(self, vals):
        before = {member.id: member.opt_out for member in self}
        result = super().write(vals)
        self.filtered(lambda m: m.opt_out != before[m.id])._tell_topics()
        return result

    def _tell_topics(self):
        """Note on the consents of these addresses what was chosen on the list.

        Nobody becomes subscribed by it: a first consent is more than being on a list.
        """
        # shoppers act on Odoo's own page; lists and topics have no company in common
        members = self.sudo()
        topics = members.env["marketing.topic"].search(
            [("mailing_list_id", "in", members.list_id.ids)]
        )
        by_list = {topic.mailing_list_id: topic for topic in topics}
        for member in members.filtered(lambda m: m.list_id in by_list):
            topic = by_list[member.list_id]
            for consent in member._find_consents(topic):
                consent._choose_one_topic(topic, not member.opt_out)

    def _find_consents(self, topic):
        preferences = self.env["email.subscription.preference"]
        key = preferences._address_key("email", self.contact_id.email_normalized or "")
        domain = [
            ("channel", "=", "email"),
            ("address_key", "=", key),
            ("is_subscribed", "=", True),
        ]
        if topic.company_id:
            domain.append(("company_id", "=", topic.company_id.id))
        return preferences.search(domain) if key else preferences
