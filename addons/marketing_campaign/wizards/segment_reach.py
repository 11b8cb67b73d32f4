from odoo import api, fields, models


class SegmentReach(models.TransientModel):
    """How many of a segment each channel could reach now, and why not the others."""

    _name = "segment.reach"
    _description = "Sendable by Channel"

    segment_id = fields.Many2one(
        "customer.segment", required=True, readonly=True, ondelete="cascade"
    )
    table = fields.Html(compute="_compute_table", sanitize=False)

    @api.depends("segment_id")
    @api.depends_context("uid", "lang", "allowed_company_ids")
    def _compute_table(self):
        for reach in self:
            reach.table = self.env["ir.qweb"]._render(
                "marketing_campaign.segment_reach_table", {"rows": reach._count()}
            )

    def _count(self):
        """Return (channel, estimate) of each channel, counted as a campaign would."""
        self.segment_id.check_access("read")
        campaigns = self.env["email.campaign"]
        channels = campaigns._fields["channel"]._description_selection(self.env)
        return [
            (
                label,
                campaigns.get_audience_estimate(
                    self.segment_id.ids,
                    company_id=self.segment_id.company_id.id,
                    channel=channel,
                ),
            )
            for channel, label in channels
        ]
