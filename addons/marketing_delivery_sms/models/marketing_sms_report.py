from typing import NamedTuple
from uuid import UUID

from odoo import api, fields, models

from odoo.addons.marketing_delivery.sender import feedback as kinds
from odoo.addons.marketing_delivery.sender.feedback import Feedback

# What a gateway says later -> (kind of feedback, bounce type).
STATUSES = {
    "processing": (kinds.ACCEPTED, None),
    "success": (kinds.ACCEPTED, None),
    "sent": (kinds.ACCEPTED, None),
    "delivered": (kinds.DELIVERED, None),
    "invalid_destination": (kinds.BOUNCED, "hard"),
    "not_allowed": (kinds.BOUNCED, "soft"),
    "not_delivered": (kinds.BOUNCED, "soft"),
    "expired": (kinds.BOUNCED, "soft"),
    "rejected": (kinds.DROPPED, "soft"),
    "wrong_number_format": (kinds.BOUNCED, "hard"),
}


class Report(NamedTuple):
    """What a gateway says of a message, which it names by 32 hex digits."""

    uuid: str
    kind: str
    status: str  # the gateway's word: told twice, it counts once
    bounce_type: str | None = None
    detail: str = ""


class MarketingSmsReport(models.AbstractModel):
    """Delivery reports of text messages, on their way into the feedback."""

    _name = "marketing.sms.report"
    _description = "Delivery Reports of SMS"

    @api.model
    def _read_statuses(self, message_statuses):
        """Return the reports of what Odoo's own service posted.

        A word that nobody knows is an error of delivery, as for Odoo itself.
        """
        return [
            Report(uuid, kind, status["sms_status"], bounce_type, status["sms_status"])
            for status in message_statuses
            for kind, bounce_type in [
                STATUSES.get(status["sms_status"], (kinds.BOUNCED, "soft"))
            ]
            for uuid in status["uuids"]
        ]

    @api.model
    def _record(self, reports):
        """Hand them on, for each provider that sent; return how many are ours."""
        keys = {report.uuid: str(UUID(hex=report.uuid)) for report in reports}
        # sudo: a gateway has no user; the random name of a message is its proof
        rows = (
            self.env["campaign.recipient"]
            .sudo()
            .search([("send_key", "in", list(keys.values())), ("channel", "=", "sms")])
        )
        providers = {row.send_key: row.provider_id for row in rows}
        now, found = fields.Datetime.now(), {}
        for report in reports:
            provider = providers.get(keys[report.uuid])
            if provider:
                feedback = _to_feedback(report, keys[report.uuid], now)
                found.setdefault(provider, []).append(feedback)
        for provider, feedbacks in found.items():
            self.env["delivery.feedback"]._record(provider, feedbacks)
        return sum(map(len, found.values()))

    @api.model
    def _find_company(self, uuid):
        """Return the company whose message this is, if it is one of ours."""
        # sudo: as above
        row = (
            self.env["campaign.recipient"]
            .sudo()
            .search([("send_key", "=", str(UUID(hex=uuid))), ("channel", "=", "sms")])
        )
        return row.company_id


def _to_feedback(report, send_key, now):
    return Feedback(
        report.kind,
        send_key,
        f"{report.uuid}:{report.status}",
        now,
        report.detail,
        report.bounce_type,
    )
