from collections import Counter

from odoo import api, fields, models
from odoo.tools import format_datetime

from odoo.addons.marketing_delivery.models.campaign_recipient import OPEN_STATES, STATES

from .email_campaign_statistics import TOTALS

# State -> Bootstrap colour; the order is the order of the bar.
COLORS = {
    "sent": "bg-success",
    "in_doubt": "bg-warning",
    "failed": "bg-danger",
    "held_out": "bg-info",
    "skipped": "bg-secondary",
    "cancelled": "bg-secondary",
    "claimed": "bg-primary",
    "submitting": "bg-primary",
    "queued": "bg-light border",
}


class EmailCampaign(models.Model):
    _inherit = "email.campaign"

    @api.readonly
    def get_progress(self):
        """Count the messages by state and the unsent ones by reason, right now."""
        self.ensure_one()
        self.check_access("read")
        states, reasons = self._count_messages()
        total = sum(states.values())
        still_open = sum(states[state] for state in OPEN_STATES)
        return {
            # the form reads itself again when one of these changes
            "stamp": [
                self.status,
                self.status_reason,
                *(self[name] for name in TOTALS),
            ],
            "status": self.status,
            "prepared": bool(self.prepared_at or total),
            "total": total,
            "open": still_open,
            "percent": 100.0 * (total - still_open) / total if total else 0.0,
            "states": self._prepare_states(states),
            "reasons": self._prepare_reasons(reasons),
            "waiting": self._describe_waiting(),
        }

    def _count_messages(self):
        """Return ({state: messages}, {reason: messages that get nothing})."""
        groups = self.env["campaign.recipient"]._read_group(
            [("campaign_id", "=", self.id)], ["state", "reason"], ["__count"]
        )
        states, reasons = Counter(), Counter()
        for state, reason, count in groups:
            states[state] += count
            if reason and state not in ("sent", *OPEN_STATES):
                reasons[reason] += count
        return states, reasons

    def _describe_waiting(self):
        """What the queued messages wait for, in words, or False."""
        if self.status != "running":
            return False
        groups = self.env["campaign.recipient"]._read_group(
            [
                ("campaign_id", "=", self.id),
                ("state", "=", "queued"),
                ("reason", "!=", "deferred"),
                ("not_before", ">", fields.Datetime.now()),
            ],
            ["reason"],
            ["__count", "not_before:min"],
        )
        lines = [self._describe_wait(*group) for group in groups]
        return " ".join(line for line in lines if line) or False

    def _describe_wait(self, reason, count, first):
        texts = {
            "quiet_hours": self.env._(
                "%(count)s wait for the end of the quiet hours; the next leave on"
                " %(when)s."
            ),
            "frequency_cap": self.env._(
                "%(count)s wait for their turn, as their customers have had enough"
                " messages; the next leave on %(when)s."
            ),
        }
        if self.spread_hours:
            texts[False] = self.env._(
                "%(count)s wait for the hours at which their customers click; the next"
                " leave on %(when)s."
            )
        elif self.use_send_window:
            texts[False] = self.env._(
                "%(count)s wait for their sending hours; the next leave on %(when)s."
            )
        if reason not in texts:
            return False
        return texts[reason] % {
            "count": self._format_number(count),
            "when": format_datetime(self.env, first),
        }

    def _prepare_states(self, counts):
        recipient = self.env["campaign.recipient"]
        labels = dict(recipient._fields["state"]._description_selection(self.env))
        return [
            {
                "state": state,
                "label": labels[state],
                "count": counts[state],
                "color": COLORS.get(state, "bg-secondary"),
            }
            for state in sorted(counts, key=[*COLORS, *dict(STATES)].index)
        ]
