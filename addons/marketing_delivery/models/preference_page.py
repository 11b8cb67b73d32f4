import time

from odoo import api, models

from odoo.addons.marketing_base.links import LinkSigner
from odoo.addons.marketing_base.masking import mask_address
from odoo.addons.marketing_base.models.email_subscription_choices import PAUSE_DAYS

from .unsubscribe_page import MAX_REASON

KEEP = "keep"
LINK_SECONDS = 400 * 86400


class MarketingPreferencePage(models.AbstractModel):
    """The preference centre: what a person gets, how often, where, or not at all."""

    _name = "marketing.preference.page"
    _inherit = ["marketing.public.page"]
    _description = "Preference Page"

    # === THE LINK ===#

    @api.model
    def _get_path(self, row):
        """Return where the person of a consent chooses, without any message."""
        expires = int(time.time()) + LINK_SECONDS
        signer = LinkSigner.from_env(self.env)
        return f"/mm/p/{signer.sign('preferences', row.id, expires=expires)}"

    @api.model
    def _send_link(self, row):
        """Send the link to the address of a consent; return the notice to show."""
        person = self.env["marketing.addressee"]._find_consent(row.id)
        page = self._in_language(person.lang)
        company = page._get_company(person.company_id)
        return page.env["marketing.public.mail"]._send_link(
            person,
            "choices-link",
            path=page._get_path(row),
            subject=page.env._("Your choices at %(company)s", company=company.name),
            template="marketing_delivery.preference_link_mail",
            values={},
        )

    # === WHAT THERE IS TO CHOOSE ===#

    @api.model
    def _get_frequencies(self):
        """Return what a person can choose from: (key, label, what it means)."""
        return [
            (
                "low",
                self.env._("Less often"),
                self.env._("At most half as many messages as usual."),
            ),
            ("normal", self.env._("As usual"), self.env._("Our normal rhythm.")),
            (
                "high",
                self.env._("More often"),
                self.env._("Up to twice as many messages as usual."),
            ),
        ]

    @api.model
    def _get_channel_labels(self):
        return {
            "email": self.env._("Email"),
            "sms": self.env._("Text messages (SMS)"),
            "push": self.env._("Notifications in the browser"),
        }

    @api.model
    def _get_pauses(self, paused_until):
        """Return (key, label); the first one leaves everything as it is."""
        options = [(KEEP, self.env._("No break"))]
        if paused_until:
            day = self._say_day(paused_until)
            options = [
                (KEEP, self.env._("Keep the break until %(day)s", day=day)),
                ("0", self.env._("End the break now")),
            ]
        return options + [
            (str(days), self.env._("%(days)s days from today", days=days))
            for days in PAUSE_DAYS
        ]

    @api.model
    def _find_rows(self, person):
        """Return the consents of this person: that of the link, then other channels.

        Those of other channels belong to the same customer of the same company.
        """
        # the signed link is the shopper's right; the public user has none of its own
        preferences = self.env["email.subscription.preference"].sudo()
        own = preferences._find_row(
            person.company_id, person.channel, person.address_key
        )
        if not own.partner_id:
            return own
        return own | preferences.search(
            [
                ("company_id", "=", person.company_id),
                ("partner_id", "=", own.partner_id.id),
                ("channel", "!=", person.channel),
                ("email_address", "!=", False),
            ],
            order="channel, id",
        )

    @api.model
    def _find_topics(self, person):
        preferences = self.env["email.subscription.preference"]
        return preferences._get_topics(self._get_company(person.company_id))

    @api.model
    def _prepare_choices(self, person):
        """Return what the form shows, as it stands now."""
        rows = self._find_rows(person)
        # the one of the link says what was chosen, unless it has left
        row = rows.filtered("is_subscribed")[:1]
        topics = self._find_topics(person)
        wanted = row.topic_ids.ids if row else []
        paused_until = row.paused_until if row and row._is_paused() else False
        return {
            # without a record there is no consent to shape, and saving gives none
            "can_choose": bool(row and row.email_address),
            "topics": [(t.id, t.name, t.description, t.id in wanted) for t in topics],
            "channels": self._prepare_channels(rows) if len(rows) > 1 else [],
            "frequency": row.preferred_frequency or "normal",
            "frequencies": self._get_frequencies(),
            "paused_until": paused_until and self._say_day(paused_until),
            "pauses": self._get_pauses(paused_until),
            "pause": KEEP,
        }

    @api.model
    def _prepare_channels(self, rows):
        """Return (channel, label, masked addresses, ticked) of each channel."""
        labels = self._get_channel_labels()
        return [
            (
                channel,
                labels[channel],
                ", ".join(
                    mask_address(channel, row.email_address)
                    for row in own
                    if channel != "push"
                ),
                any(own.mapped("is_subscribed")),
            )
            for channel, own in rows.grouped("channel").items()
        ]

    # === THE PAGE ===#

    @api.model
    def _render(self, person, token, *, notice=None):
        page = self._in_language(person.lang)
        leaving = page.env["marketing.unsubscribe.page"]
        values = {
            **page._prepare_choices(person),
            "masked_address": mask_address(person.channel, person.email),
            "is_subscribed": leaving._is_subscribed(person),
            "is_stopped": page._is_stopped(person),
            "can_resubscribe": bool(person.email),
            "can_ask_data": person.channel == "email" and bool(person.email),
            "reasons": leaving._get_reasons(),
            "max_reason": MAX_REASON,
            "texts": leaving._get_texts(person),
            "notice": notice,
            "action_url": f"/mm/p/{token}",
        }
        return page._render_page(
            "marketing_delivery.preference_page", person.company_id, values
        )

    @api.model
    def _is_stopped(self, person):
        """Return whether Odoo's stop list holds the address, for whatever reason."""
        rows = self._find_rows(person)
        return rows[:1].status == "blacklisted"
