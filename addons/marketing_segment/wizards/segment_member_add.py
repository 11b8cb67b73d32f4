from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.marketing_base.notification import CLOSE, notify


class SegmentMemberAdd(models.TransientModel):
    """Put chosen customers, or all of another segment, into a fixed list."""

    _name = "segment.member.add"
    _description = "Add to Segment"

    segment_id = fields.Many2one(
        "customer.segment",
        "Fixed List",
        domain="[('segment_type', '=', 'static')]",
        help="Empty: a new one with the name below.",
    )
    new_name = fields.Char("Name of the New List")
    partner_ids = fields.Many2many("res.partner", string="Customers")
    source_segment_id = fields.Many2one(
        "customer.segment",
        "From Segment",
        help="Everybody who is in that segment now.",
    )

    def action_add(self):
        """Add them and tell how many were new."""
        self.ensure_one()
        if not (self.partner_ids or self.source_segment_id):
            raise UserError(self.env._("Choose customers or another segment."))
        segment = self.segment_id or self._create_segment()
        added = 0
        if self.partner_ids:
            added += segment._add_members(self.partner_ids, "manual")
        if origin := self.source_segment_id:
            added += segment._add_members(origin._members_sql(), "segment", origin)
        return self._notify(segment, added)

    def _create_segment(self):
        if not (self.new_name or "").strip():
            raise UserError(
                self.env._("Choose a fixed list, or give a new one a name.")
            )
        return self.env["customer.segment"].create(
            {"name": self.new_name.strip(), "segment_type": "static"}
        )

    def _notify(self, segment, added):
        return notify(
            "success" if added else "info",
            self.env._(
                "%(added)s customers were added. Who was in the list already, is "
                "archived or belongs to another company was left out.",
                added=added,
            ),
            title=segment.display_name,
            then=CLOSE,
        )
