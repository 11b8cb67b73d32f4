from odoo import api, fields, models


class EmailSubscriptionTopics(models.Model):
    """Which topics an address wants, and the specification's other columns.

    ``category_preferences`` holds what was chosen: ``{"<topic id>": true or false}``. A
    topic that is not in it follows its own default.
    """

    _inherit = "email.subscription.preference"

    topic_ids = fields.Many2many(
        "marketing.topic",
        string="Topics",
        compute="_compute_topic_ids",
        inverse="_inverse_topic_ids",
        help="What this address gets while it is subscribed.",
    )
    email_enabled = fields.Boolean(compute="_compute_channels")
    sms_enabled = fields.Boolean("SMS Enabled", compute="_compute_channels")
    push_enabled = fields.Boolean("Web Push Enabled", compute="_compute_channels")
    updated_at = fields.Datetime(related="write_date", string="Last Changed On")
    source_label = fields.Char("Source", compute="_compute_source_label")
    history_ids = fields.One2many(
        "email.subscription.history", string="History", compute="_compute_history_ids"
    )

    @api.depends("category_preferences", "company_id")
    def _compute_topic_ids(self):
        topics = self._get_topics()
        for preference in self:
            chosen = preference.category_preferences or {}
            preference.topic_ids = topics.filtered(
                lambda topic, chosen=chosen, company=preference.company_id: (
                    topic.company_id <= company
                    and chosen.get(str(topic.id), topic.is_default)
                )
            )

    def _inverse_topic_ids(self):
        topics = self._get_topics()
        for preference in self:
            mine = topics.filtered(
                lambda topic, company=preference.company_id: topic.company_id <= company
            )
            preference.category_preferences = self._merge_choices(
                preference.category_preferences, mine, preference.topic_ids
            )

    @api.model
    def _get_topics(self, company=None):
        """Return the topics in use: all, or of one company and the shared ones."""
        domain = [("company_id", "in", (False, company.id))] if company else []
        # names of topics are public: shoppers choose among them
        return self.env["marketing.topic"].sudo().search(domain)

    @api.model
    def _merge_choices(self, choices, topics, wanted):
        """Return the choices after all ``topics`` were shown and ``wanted`` ticked.

        What equals the default and was never chosen stays open, so that somebody who
        corrects one topic by hand does not choose all others.
        """
        result = dict(choices or {})
        for topic in topics:
            key, value = str(topic.id), topic in wanted
            if key in result or value != topic.is_default:
                result[key] = value
        return result

    @api.depends("partner_id", "company_id", "channel", "is_subscribed")
    def _compute_channels(self):
        # superuser: who it is stays here; the rows are those of the same companies
        records = self.sudo()
        found = records.search(
            [
                ("partner_id", "in", records.partner_id.ids),
                ("company_id", "in", records.company_id.ids),
                ("is_subscribed", "=", True),
            ]
        )
        enabled = {(p.partner_id, p.company_id, p.channel) for p in found}
        for preference in records:
            for channel in ("email", "sms", "push"):
                key = (preference.partner_id, preference.company_id, channel)
                own = preference.channel == channel and preference.is_subscribed
                preference[f"{channel}_enabled"] = own or key in enabled

    @api.depends("consent_source")
    def _compute_source_label(self):
        labels = self._get_source_labels()
        for preference in self:
            source = preference.consent_source
            preference.source_label = labels.get(source, source)

    @api.model
    def _get_source_labels(self):
        """Return the readable names of the sources that code writes."""
        return {
            "unsubscribe_page": self.env._("Unsubscribe Page"),
            "preference_page": self.env._("Preference Page"),
            "one_click": self.env._("One-Click Unsubscribe"),
            "complaint": self.env._("Spam Complaint"),
            "provider": self.env._("Mail Provider"),
            "import": self.env._("Import"),
            "api": self.env._("API"),
            "checkout": self.env._("Checkout"),
            "form": self.env._("Website Form"),
            "double_opt_in": self.env._("Confirmed by Email"),
            "manual": self.env._("Entered by Staff"),
            "merge": self.env._("Merged Customers"),
            "mailing_list": self.env._("Mailing List"),
            "erasure": self.env._("Erasure"),
            "unknown": self.env._("Unknown (Database)"),
        }

    def _compute_history_ids(self):
        lines = self.env["email.subscription.history"].search(
            [("address_key", "in", self.mapped("address_key"))]
        )
        for preference in self:
            preference.history_ids = lines.filtered(
                lambda line, consent=preference: (
                    (line.company_id, line.channel, line.address_key)
                    == (consent.company_id, consent.channel, consent.address_key)
                )
            )
