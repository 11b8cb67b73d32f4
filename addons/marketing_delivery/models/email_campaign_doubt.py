from odoo import models
from odoo.exceptions import UserError

from ..sender import resolution

SENDS_AGAIN = ("running", "paused", "completed")


class EmailCampaign(models.Model):
    _inherit = "email.campaign"

    def _resume_untraced(self, number):
        """Send what never arrived, also of a campaign that was over, and say so."""
        self._reopen()
        self.message_post(
            body=self.env._(
                "%(number)s messages are sent again: the provider's answer was lost a"
                " day ago, and its webhook, which worked all the time, has told of none"
                " of them.",
                number=number,
            )
        )

    def _resume_lost(self, number):
        """Send again what may have arrived, as this campaign has chosen, and say so."""
        self._reopen()
        self.message_post(
            body=self.env._(
                "%(number)s messages are sent again, with the same Message-ID, because"
                " the answer was lost: whoever did get the first one gets it twice.",
                number=number,
            )
        )

    def _reopen(self):
        self.ensure_one()
        if self.status == "completed":
            self.write({"status": "running", "end_date": False})

    def _check_sends_again(self):
        """Take the campaigns, and raise when one of them does not send any more.

        Under the lock a sender that is just completing one waits, and then finds the
        new messages.
        """
        self.env.flush_all()
        states = resolution.hold_campaigns(self.env.cr, self.ids)
        labels = dict(self._fields["status"]._description_selection(self.env))
        for _id, name, status in states:
            if status not in SENDS_AGAIN:
                raise UserError(
                    self.env._(
                        "“%(name)s” is %(status)s: it sends nothing again. Send the"
                        " message in another campaign.",
                        name=name,
                        status=labels[status],
                    )
                )

    def _tell_resolved(self, rows, state, text):
        """Enter what a person decided into the audit log and the history."""
        self.ensure_one()
        # ids only: neither an address nor a name is ever entered
        self.env["marketing.audit.log"]._record(
            "doubt_resolved",
            self,
            {
                "state": ["in_doubt", state],
                "recipient_ids": [None, sorted(row.id for row in rows)],
            },
        )
        number = len(rows)
        self.message_post(body=text % {"user": self.env.user.name, "number": number})

    def _go_on_again(self, number):
        """Count new messages into the audience, and send them."""
        self.ensure_one()
        # sudo: server fields, written after the right to send again was checked
        this = self.sudo()
        if this.audience_size:
            this.audience_size += number
        if this.status == "completed":
            this.write({"status": "running", "end_date": False})
        if this.status == "running":
            this._enqueue_delivery()
