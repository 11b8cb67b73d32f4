from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from . import audience_sql
from .audience_sql import Addresses


class EmailCampaign(models.Model):
    """Who gets a campaign, counted before it is sent; see also the listing."""

    _inherit = "email.campaign"

    estimated_recipients = fields.Integer(
        compute="_compute_estimated_recipients",
        help="Customers of the segments when they were last counted; one who is in two"
        " segments counts twice. The panel “Audience” counts exactly.",
    )

    @api.depends("segment_ids.sendable_count", "channel")
    def _compute_estimated_recipients(self):
        """Segments count who can get e-mail; for other channels it is counted here."""
        for campaign in self:
            if campaign.channel == "email":
                counts = campaign.segment_ids.mapped("sendable_count")
                campaign.estimated_recipients = sum(counts)
            else:
                estimate = campaign._estimate_audience()
                campaign.estimated_recipients = estimate["sendable"]

    @api.model
    def get_audience_estimate(
        self,
        segment_ids,
        exclude_segment_ids=(),
        company_id=None,
        transactional=False,
        topic_id=False,
        channel="email",
    ):
        """Count the audience of segments that need not be saved on a campaign yet.

        Returns {"audience", "sendable", "held_out", "left_out", "excluded", "reasons":
        [{"reason", "label", "count"}], "segments": [{"name", "excluded",
        "explanation"}]}, reasons most frequent first; "excluded" customers are no part
        of the audience.
        """
        self.check_access("read")
        segments = self.env["customer.segment"].browse(segment_ids)
        excluded = self.env["customer.segment"].browse(exclude_segment_ids)
        (segments | excluded).check_access("read")
        topic = self.env["marketing.topic"].browse(topic_id or [])
        topic.check_access("read")
        company = self.env["res.company"].browse(company_id) or self.env.company
        if company not in self.env.companies:
            raise UserError(self.env._("Choose one of your companies."))
        campaign = self.new(
            {
                "segment_ids": segments.ids,
                "exclude_segment_ids": excluded.ids,
                "company_id": company.id,
                "is_transactional": transactional,
                "topic_id": topic.id,
                "channel": channel,
            }
        )
        described = [
            {
                "name": segment.name,
                "excluded": segment in excluded,
                "explanation": segment.explanation,
            }
            for segment in segments | excluded
        ]
        return campaign._estimate_audience() | {"segments": described}

    def _estimate_audience(self):
        self.ensure_one()
        rows = []
        if self.segment_ids:
            self.env.flush_all()
            rows = self.env.execute_query(
                audience_sql.estimate_sql(self._judged_audience_sql())
            )
        left_out = {reason: count for reason, _held, count in rows if reason}
        held_out = sum(count for _reason, held, count in rows if held)
        audience = sum(count for _reason, _held, count in rows)
        return {
            "audience": audience,
            "sendable": audience - held_out - sum(left_out.values()),
            "held_out": held_out,
            "left_out": sum(left_out.values()),
            "reasons": self._prepare_reasons(left_out),
        }

    def _prepare_reasons(self, counts):
        messages = self.env["campaign.recipient"]
        labels = messages._get_reason_labels()
        return [
            {
                "reason": reason,
                "label": messages._describe_reason(reason, labels),
                "count": count,
            }
            for reason, count in sorted(counts.items(), key=lambda item: -item[1])
        ]

    def _judged_audience_sql(self, part=None):
        """`WITH …` of the audience, or of a part of it: (number, of how many)."""
        # Superuser: the salt is for the system only; segments are judged as a whole,
        # whoever presses the button (a scheduled start has no user).
        campaign = self.sudo()
        return audience_sql.judged_sql(
            include=[segment._members_sql() for segment in campaign.segment_ids],
            exclude=[
                segment._members_sql() for segment in campaign.exclude_segment_ids
            ],
            addresses=campaign._get_addresses(),
            refusal=campaign._get_refusal_sql(),
            held_out=audience_sql.holdout_sql(
                campaign.company_id.marketing_holdout_salt,
                campaign._get_holdout_share(),
            ),
            part=part,
        )

    def _get_addresses(self):
        """How the campaign's channel reaches a customer; each channel adds its own."""
        key = self._get_address_key_sql("email")
        return Addresses("email", SQL("p.email"), key, "no_email", "invalid_email")

    def _get_address_key_sql(self, channel):
        # Superuser: the secret is for the system only.
        consent = self.env["email.subscription.preference"].sudo()
        return consent._address_key_sql(channel, SQL("given.address"))

    def _get_refusal_sql(self):
        """Why `person` may not be sent to; a transactional message needs no consent."""
        consent = self.env["email.subscription.preference"]
        if self.is_transactional:
            return consent._stop_sql(
                channel=SQL("%s", self.channel), email=SQL("person.email_address")
            )
        return consent._refusal_sql(
            company=SQL("%s", self.company_id.id),
            channel=SQL("%s", self.channel),
            address_key=SQL("person.address_key"),
            email=SQL("person.email_address"),
            partner=SQL("person.partner_id"),
            topic=SQL("%s", self.topic_id.id) if self.topic_id else None,
        )

    def _get_holdout_share(self):
        """Share of customers kept as control group, 0 to 0.5."""
        if self.is_transactional:
            return 0.0
        return self.company_id.marketing_holdout_percent / 100.0

    def _get_draw_sql(self):
        """Further columns that are decided when the rows are written."""
        return []
