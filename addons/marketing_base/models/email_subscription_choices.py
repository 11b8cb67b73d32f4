from dateutil.relativedelta import relativedelta

from odoo import api, fields, models

PAUSE_DAYS = (30, 60, 90)


class EmailSubscriptionChoices(models.Model):
    """What a person chose on their own page: topics, how often, and breaks."""

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

    def _choose(
        self,
        *,
        shown,
        wanted,
        frequency,
        pause_days=None,
        source="preference_page",
        ip=None,
        evidence=None,
    ):
        """Save the choices of a subscribed person; an objection is never touched.

        :param shown: the topics on the page; others keep what was chosen before
        :param pause_days: a break from now on, 0 ends one, None leaves it as it is
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
        if pause_days in (0, *PAUSE_DAYS):
            values["paused_until"] = self._get_pause_end(pause_days)
        with self._telling(source, ip=ip, evidence=evidence):
            self._write_server(values)
        self._mirror_choices()
        return True

    def _mirror_choices(self):
        """Hook: these consents have just changed; upper addons keep copies in step.

        Many at once, and whatever goes past the verbs, a daily job brings in step.
        """

    @api.model
    def _get_pause_end(self, days):
        return days and fields.Datetime.now() + relativedelta(days=days)

    def _is_paused(self):
        self.ensure_one()
        return bool(self.paused_until and self.paused_until > fields.Datetime.now())

    def _get_own_status(self):
        """Return what the person decided, whatever the stop lists of Odoo say."""
        self.ensure_one()
        if not self.is_subscribed:
            return "unsubscribed"
        return "paused" if self._is_paused() else "subscribed"

    def _get_quietest(self):
        """Return the quietest of the choices on these rows, as values to write.

        The longest pause, the lowest frequency, and a topic that was left anywhere.
        """
        ranks = list(dict(self._fields["preferred_frequency"].selection))
        topics = {}
        for row in self:
            for topic, wanted in (row.category_preferences or {}).items():
                topics[topic] = topics.get(topic, True) and wanted
        values = {
            "preferred_frequency": min(
                self.mapped("preferred_frequency"), key=ranks.index
            ),
            "category_preferences": topics or False,
        }
        pauses = [row.paused_until for row in self if row._is_paused()]
        return values | ({"paused_until": max(pauses)} if pauses else {})
