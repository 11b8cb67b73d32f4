from odoo import api, fields, models

from .marketing_pii import PII


class ResPartner(models.Model):
    _inherit = "res.partner"

    marketing_preference_ids = fields.One2many(
        "email.subscription.preference", "partner_id", groups=PII
    )
    marketing_history_ids = fields.One2many(
        "email.subscription.history",
        compute="_compute_marketing_history_ids",
        groups=PII,
    )
    marketing_consent = fields.Selection(
        [
            ("subscribed", "Subscribed"),
            ("paused", "Paused"),
            ("unsubscribed", "Unsubscribed"),
            ("none", "None"),
        ],
        string="Email Consent",
        compute="_compute_marketing_consent",
        groups=PII,
        help="For the e-mail address of this customer, in the current company.",
    )

    @api.depends("email_normalized")
    @api.depends_context("company")
    def _compute_marketing_consent(self):
        preferences = self.env["email.subscription.preference"]
        keys = {
            partner: preferences._address_key("email", partner.email_normalized or "")
            for partner in self
        }
        found = preferences.search(
            [
                ("company_id", "=", self.env.company.id),
                ("channel", "=", "email"),
                ("address_key", "in", list(filter(None, keys.values()))),
            ]
        )
        by_key = {preference.address_key: preference for preference in found}
        for partner in self:
            preference = by_key.get(keys[partner])
            partner.marketing_consent = (
                "none" if not preference else preference._get_own_status()
            )

    def _compute_marketing_history_ids(self):
        history = self.env["email.subscription.history"]
        identities = self.env["marketing.identity"]
        for partner in self:
            keys = [key for _channel, key in partner._get_marketing_keys()]
            ids = identities._get_all_ids(partner.ids)
            partner.marketing_history_ids = history.search(
                ["|", ("partner_id", "in", ids), ("address_key", "in", keys)]
            )

    def action_view_marketing_preferences(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "marketing_base.email_subscription_preference_action"
        )
        keys = self._get_marketing_keys()
        action["domain"] = [
            "|",
            ("partner_id", "=", self.id),
            ("address_key", "in", [key for _channel, key in keys]),
        ]
        action["context"] = {
            "default_partner_id": self.id,
            "default_email_address": self.email_normalized,
        }
        return action

    def _get_marketing_keys(self):
        """Return the (channel, address key) pairs on these partners."""
        preferences = self.env["email.subscription.preference"]
        addresses = {("email", partner.email_normalized) for partner in self}
        addresses |= {("sms", partner.phone_sanitized) for partner in self}
        pairs = {
            (channel, preferences._address_key(channel, address))
            for channel, address in addresses
            if address
        }
        return {(channel, key) for channel, key in pairs if key}
