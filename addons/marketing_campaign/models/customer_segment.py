from odoo import fields, models
from odoo.fields import Domain

from odoo.addons.marketing_segment.models.customer_segment import (
    PATTERN_FIELDS,
    SCORE_FIELDS,
)


class CustomerSegment(models.Model):
    """Which campaigns use a segment; the rule of one in use is audited."""

    _name = "customer.segment"
    _inherit = ["customer.segment", "marketing.audited"]

    _audited_fields = (
        "active",
        "segment_type",
        "filter_domain",
        "rfm_segment_ids",
        *SCORE_FIELDS,
        *PATTERN_FIELDS,
    )

    campaign_count = fields.Integer("Campaigns", compute="_compute_campaign_count")

    def _compute_campaign_count(self):
        campaigns = self.env["email.campaign"].with_context(active_test=False)
        used = {segment: set() for segment in self}
        for name in ("segment_ids", "exclude_segment_ids"):
            groups = campaigns._read_group(
                [(name, "in", self.ids)], [name], ["id:array_agg"]
            )
            for segment, ids in groups:
                if segment in used:
                    used[segment] |= set(ids)
        for segment in self:
            segment.campaign_count = len(used.get(segment, ()))

    def _get_campaign_domain(self):
        return Domain("segment_ids", "in", self.ids) | Domain(
            "exclude_segment_ids", "in", self.ids
        )

    def action_view_campaigns(self):
        """Open the campaigns that send to this segment or leave it out."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "marketing_campaign.email_campaign_action"
        )
        return action | {
            "name": self.env._("Campaigns with %(segment)s", segment=self.name),
            "domain": list(self._get_campaign_domain()),
            "context": {"active_test": False},
        }

    def _filter_audited(self):
        return self.filtered("campaign_count")

    def _get_usage(self):
        """Also campaigns, sent and archived ones: they tell who was written to."""
        # superuser: what the user may not see is used all the same
        campaigns = self.env["email.campaign"].sudo().with_context(active_test=False)
        found = campaigns.search(self._get_campaign_domain(), order="id desc")
        return super()._get_usage() + [
            self.env._("Campaign “%(name)s”", name=campaign.name) for campaign in found
        ]
