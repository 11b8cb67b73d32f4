import json

from odoo import api, fields, models
from odoo.tools import format_date

DAYS = 90
MAX_POINTS = 30


class CustomerSegment(models.Model):
    """The curve on the card of a segment."""

    _inherit = "customer.segment"

    size_ids = fields.One2many(
        "customer.segment.size", "segment_id", readonly=True, copy=False
    )
    size_chart = fields.Text(compute="_compute_size_chart")

    @api.depends("size_ids.customer_count")
    @api.depends_context("lang")
    def _compute_size_chart(self):
        since = fields.Date.subtract(fields.Date.today(), days=DAYS)
        sizes = self.env["customer.segment.size"].search(
            [("segment_id", "in", self.ids), ("date", ">=", since)], order="date"
        )
        by_segment = sizes.grouped("segment_id")
        for segment in self:
            points = by_segment.get(segment._origin, sizes.browse())
            segment.size_chart = segment._render_chart(points)

    def _render_chart(self, sizes):
        """Return the points of a line, thinned out evenly; no line from one point."""
        if len(sizes) < 2:
            return False
        step = max(1, -(-len(sizes) // MAX_POINTS))
        shown = sizes[::-1][::step][::-1]  # the last day is always there
        points = [
            {"x": format_date(self.env, size.date), "y": size.customer_count}
            for size in shown
        ]
        return json.dumps([{"key": self.env._("Customers"), "values": points}])

    def action_view_sizes(self):
        """Open the sizes of each day."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "marketing_segment.customer_segment_size_action"
        )
        return action | {"domain": [("segment_id", "=", self.id)]}
