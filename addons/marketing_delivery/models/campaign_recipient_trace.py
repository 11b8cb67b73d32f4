from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL, format_datetime

from odoo.addons.marketing_base.notification import notify

from ..sender import doubt, settings

# Of each provider: when it told something last, and how much of it nobody has read.
_TOLD = """
    SELECT provider_id, max(received_at), count(*) FILTER (WHERE state <> 'processed')
      FROM delivery_webhook
     WHERE provider_id = ANY(%s) AND received_at >= %s
     GROUP BY provider_id
"""


class CampaignRecipientTrace(models.Model):
    """What can still be found out about a message in doubt, and what cannot."""

    _inherit = "campaign.recipient"

    doubt_note = fields.Char(
        "What Is Known",
        compute="_compute_doubt_note",
        help="What the provider has told, or why it never will.",
    )

    @api.depends("state", "doubted_at", "provider_id", "opened_at", "clicked_at")
    def _compute_doubt_note(self):
        self.doubt_note = False
        doubtful = self.filtered(lambda row: row.state == "in_doubt")
        told = doubtful._read_told()
        for row in doubtful:
            row.doubt_note = row._describe_doubt(*told[row.provider_id.id])

    def _read_told(self):
        """Return ``{provider id: (last told, unread)}`` since the oldest doubt."""
        told = defaultdict(lambda: (None, 0))
        times = [row.doubted_at for row in self if row.doubted_at]
        if times:
            self.env["delivery.webhook"].flush_model()
            rows = self.env.execute_query(SQL(_TOLD, self.provider_id.ids, min(times)))
            told.update({row[0]: tuple(row[1:]) for row in rows})
        return told

    def _describe_doubt(self, last_told, unread):
        # sudo: the name and the type of a provider are no secret of whoever sends
        provider = self.provider_id.sudo()
        if self.clicked_at or self.opened_at:
            return self.env._("It arrived: it was opened, or a link in it was clicked.")
        if self.campaign_id.at_least_once and self.attempt < settings.MAX_ATTEMPTS:
            return self.env._(
                "It is sent again by itself, as its campaign rather sends twice than"
                " never."
            )
        if not provider:
            return self.env._("Its provider was deleted: nothing more will be told.")
        if provider.provider_type not in provider._get_receipt_types():
            return self.env._(
                "%(provider)s gives no receipts, so only an open, a click or a bounce"
                " can still show that it arrived. Look for X-SK: %(key)s in the log of"
                " the mail server.",
                provider=provider.name,
                key=self.send_key,
            )
        if unread:
            return self.env._(
                "%(number)s webhooks of %(provider)s are not read yet or could not be"
                " read: they may tell of it.",
                number=unread,
                provider=provider.name,
            )
        return self._describe_silence(provider, last_told)

    def _describe_silence(self, provider, last_told):
        """The provider tells of each message; so far not of this one."""
        doubted = self.doubted_at or fields.Datetime.now()
        until = doubted + timedelta(hours=doubt.HOURS)
        values = {
            "provider": provider.name,
            "until": format_datetime(self.env, until),
            "hours": doubt.HOURS,
            "key": self.send_key,
        }
        if until < fields.Datetime.now():
            return self.env._(
                "%(provider)s has told nothing of it in %(hours)s hours, but its"
                " webhook was silent for a part of them, or told of messages sent with"
                " it: that proves nothing. Look for %(key)s in its activity log.",
                **values,
            )
        if not last_told or last_told < doubted:
            return self.env._(
                "%(provider)s has told nothing at all since then. Its webhook has time"
                " until %(until)s.",
                **values,
            )
        return self.env._(
            "%(provider)s tells of each message that it took, and has not told of this"
            " one. If that stays so until %(until)s, it is sent again by itself.",
            **values,
        )

    def action_check_doubt(self):
        """Say what is known now; what was told and not read is read at once."""
        self.check_access("read")
        self.env["delivery.webhook"]._enqueue_processing()
        doubtful = self.filtered(lambda row: row.state == "in_doubt")
        settled = len(self) - len(doubtful)
        notes = list(dict.fromkeys(doubtful[:80].mapped("doubt_note")))[:3]
        if settled:
            text = self.env._("Not in doubt any more: %(number)s.", number=settled)
            notes.insert(0, text)
        title = self.env._("What is known")
        return notify("info", " ".join(notes), title=title, sticky=True)
