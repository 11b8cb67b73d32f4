from odoo import api, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.marketing_base.events import Event, insert_events
from odoo.addons.marketing_base.notification import notify

from ..sender import answers, resolution

MANAGER = "marketing_base.group_manager"
# What a message that is sent again takes over from the one in doubt.
_TAKEN_OVER = (
    "company_id",
    "campaign_id",
    "customer_id",
    "channel",
    "address_key",
    "email_address",
    "arm",
    "propensity",
    "variant",
    "tz_offset",
    "frequency_cap",
    "priority",
    "offer_reference",
)


class CampaignRecipientDoubt(models.Model):
    """A manager ends the doubt: looked up elsewhere, or sent again at his own risk.

    Whatever he says, a sign that the provider gives later is believed more.
    """

    _inherit = "campaign.recipient"

    def action_mark_sent(self):
        resolved = self._resolve_doubt("sent", "by_person")
        for campaign, rows in self._group_by_campaign(resolved):
            campaign._tell_resolved(
                rows,
                "sent",
                self.env._("%(user)s marked messages in doubt as sent: %(number)s."),
            )
        return self._notify_resolved(
            len(resolved), self.env._("Marked as sent: %(number)s.")
        )

    def action_mark_not_sent(self):
        resolved = self._resolve_doubt("failed", "by_person")
        for campaign, rows in self._group_by_campaign(resolved):
            campaign._tell_resolved(
                rows,
                "failed",
                self.env._(
                    "%(user)s marked messages in doubt as not sent: %(number)s."
                ),
            )
        return self._notify_resolved(
            len(resolved), self.env._("Marked as not sent: %(number)s.")
        )

    def action_send_again(self):
        """Queue a new message for each; the one in doubt stays, as given up on."""
        self._check_may_resolve()
        # first of all, as a sender that completes a campaign takes it first too
        self.campaign_id._check_sends_again()
        self._check_addresses()
        resolved = self._resolve_doubt("failed", "sent_again")
        resolution.repeat(
            self.env.cr, [row.id for row in resolved], self._get_columns_taken_over()
        )
        self.invalidate_model(flush=False)
        for campaign, rows in self._group_by_campaign(resolved):
            campaign._tell_resolved(
                rows,
                "sent_again",
                self.env._(
                    "%(user)s sends messages in doubt again: %(number)s. Whoever did"
                    " get the first one gets it twice."
                ),
            )
            campaign._go_on_again(len(rows))
        return self._notify_resolved(
            len(resolved), self.env._("Sent again: %(number)s.")
        )

    @api.model
    def _get_columns_taken_over(self):
        return list(_TAKEN_OVER)

    def _check_may_resolve(self):
        self.check_access("read")
        self.campaign_id.check_access("write")
        if not self.env.user.has_group(MANAGER):
            raise AccessError(
                self.env._("Only a marketing manager decides on messages in doubt.")
            )

    def _check_addresses(self):
        # sudo: only whether there is an address
        erased = self.sudo().filtered(
            lambda row: row.state == "in_doubt" and not row.email_address
        )
        if erased:
            raise UserError(
                self.env._(
                    "The customers of %(number)s messages were erased: they cannot be"
                    " sent again. Mark these as sent or not sent.",
                    number=len(erased),
                )
            )

    def _resolve_doubt(self, state, reason):
        """End the doubt of those that are still in doubt; return them."""
        self._check_may_resolve()
        self.env.flush_all()
        resolved = resolution.resolve(self.env.cr, self.ids, state, reason)
        insert_events(
            self.env.cr, [_prepare_event(row, state, reason) for row in resolved]
        )
        self.invalidate_model(flush=False)
        return resolved

    def _group_by_campaign(self, resolved):
        groups = {}
        for row in resolved:
            groups.setdefault(row.campaign_id, []).append(row)
        campaigns = self.env["email.campaign"]
        return [(campaigns.browse(key), groups[key]) for key in sorted(groups)]

    def _notify_resolved(self, number, text):
        """Say what happened, also that it was too late for some."""
        late = len(self) - number
        words = [text % {"number": number}] if number else []
        if late:
            words.append(self.env._("Not in doubt any more: %(number)s.", number=late))
        return notify("warning" if late else "success", " ".join(words))


def _prepare_event(row, state, reason):
    event_type, prefix = answers.EVENT_TYPES[state]
    return Event(
        event_type,
        f"{prefix}:{row.send_key}",
        row.sent_at if state == "sent" else None,
        row.company_id,
        row.customer_id,
        row.campaign_id,
        row.id,
        {"reason": reason},
    )
