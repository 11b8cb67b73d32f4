from odoo import api, models

from odoo.addons.marketing_base.evidence import Evidence
from odoo.addons.marketing_base.masking import mask_address
from odoo.addons.marketing_base.models.email_subscription_choices import PAUSE_DAYS

from .unsubscribe_page import MAX_REASON

KEEP = "keep"


class MarketingPreferencePage(models.AbstractModel):
    """The preference centre: what a person gets, how often, where, or not at all."""

    _name = "marketing.preference.page"
    _inherit = ["marketing.public.page"]
    _description = "Preference Page"

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
        topics = preferences._get_topics(self._get_company(person.company_id))
        return topics.with_env(topics.env(context=self.env.context))

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

    # === WHAT A PERSON DOES ===#

    @api.model
    def _apply(self, person, action, visit, form):
        """Do what the form says; return the notice to show. Anything unknown: nothing.

        :param form: the werkzeug form, whose values are a stranger's
        """
        page = self.env["marketing.unsubscribe.page"]
        if action == "save":
            return "saved" if self._save(person, visit, form) else None
        if action == "unsubscribe":
            self._leave_all(person, visit, form)
            return "left"
        if action == "resubscribe":
            return "resubscribed" if page._resubscribe(person, visit) else None
        if action == "data":
            return self.env["marketing.data.page"]._send_link(person)
        return None

    @api.model
    def _save(self, person, visit, form):
        """Save the choices of a subscribed person; return whether there was one.

        It never makes a first consent: somebody without a record can only leave.
        """
        rows = self._find_rows(person)
        if not rows.filtered("is_subscribed"):
            return False
        evidence = self._get_evidence(person, visit)
        if len(rows) > 1:
            wanted = set(form.getlist("channel"))
            self._save_channels(rows, wanted, visit, evidence)
        shown = self._find_topics(person)
        topics = set(form.getlist("topic"))
        pause = form.get("pause", KEEP)
        for row in rows.filtered("is_subscribed"):
            row._choose(
                shown=shown,
                wanted=shown.filtered(lambda topic: str(topic.id) in topics),
                frequency=form.get("frequency"),
                pause_days=int(pause) if pause in _PAUSES else None,
                ip=visit.network,
                evidence=evidence,
            )
        return True

    @api.model
    def _save_channels(self, rows, wanted, visit, evidence):
        """Leave the channels that are not ticked, come back to those that are."""
        for row in rows:
            if row.channel in wanted and not row.is_subscribed and row.email_address:
                row._opt_in(
                    row.company_id,
                    row.email_address,
                    channel=row.channel,
                    source="preference_page",
                    ip=visit.network,
                    evidence=evidence,
                )
            elif row.channel not in wanted and row.is_subscribed:
                row._opt_out(
                    row.company_id.id,
                    row.channel,
                    row.address_key,
                    source="preference_page",
                    ip=visit.network,
                    address=row.email_address,
                    evidence=evidence,
                )

    @api.model
    def _leave_all(self, person, visit, form):
        """Leave with every address of this person, first of all that of the link."""
        page = self.env["marketing.unsubscribe.page"]
        code, reason = page._read_reason(form.get("reason"), form.get("words"))
        others = self._find_rows(person).filtered(
            lambda row: row.is_subscribed and row.address_key != person.address_key
        )
        page._unsubscribe(
            person, visit, code=code, reason=reason, source="preference_page"
        )
        for row in others:
            row._opt_out(
                row.company_id.id,
                row.channel,
                row.address_key,
                reason=reason,
                source="preference_page",
                ip=visit.network,
                address=row.email_address,
                evidence=self._get_evidence(person, visit, "unsubscribe"),
            )

    @api.model
    def _get_evidence(self, person, visit, text="save"):
        texts = self.env["marketing.unsubscribe.page"]._get_texts(person)
        return Evidence(
            campaign_id=person.campaign_id,
            user_agent=visit.agent,
            text_shown=texts[text],
        )

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


_PAUSES = {"0", *map(str, PAUSE_DAYS)}
