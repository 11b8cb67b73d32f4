from odoo import api, models


class EmailSubscriptionChoices(models.Model):
    """What a person chose on their own page: topics and how often."""

    _inherit = "email.subscription.preference"

    @api.model
    def _find_row(self, company_id, channel, address_key):
        return self.search(
            [
                ("company_id", "=", company_id),
                ("channel", "=", channel),
                ("address_key", "=", address_key),
            ]
        )

    def _choose(self, *, shown, wanted, frequency, ip=None, evidence=None):
        """Save the choices of a subscribed person; an objection is never touched.

        :param shown: the topics on the page; others keep what was chosen before
        :return: whether there was somebody to save them for
        """
        self.ensure_one()
        if not self.is_subscribed:
            return False
        labels = dict(self._fields["preferred_frequency"].selection)
        values = {
            "category_preferences": self._merge_choices(
                self.category_preferences, shown, wanted
            )
        }
        if frequency in labels:
            values["preferred_frequency"] = frequency
        with self._telling("preference_page", ip=ip, evidence=evidence):
            self._write_server(values)
        return True
