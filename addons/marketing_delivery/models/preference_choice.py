from odoo import api, models

from odoo.addons.marketing_base.evidence import Evidence
from odoo.addons.marketing_base.models.email_subscription_choices import PAUSE_DAYS

from .preference_page import KEEP

_PAUSES = {"0", *map(str, PAUSE_DAYS)}


class MarketingPreferencePage(models.AbstractModel):
    """What a person does in the preference centre; a stranger may send any form."""

    _inherit = "marketing.preference.page"

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
