from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from odoo.addons.marketing_base.models.marketing_pii import PII


class SegmentMembership(models.Model):
    """From when until when a customer was in a segment, and how it got in.

    Entries and exits, never copies: a refresh writes one row for each customer who
    moved. A row without an end is a member of today. Only set-based SQL writes here.
    """

    _name = "segment.membership"
    _inherit = "marketing.named.customer"
    _description = "Segment Membership"
    _rec_name = "partner_id"
    _order = "added_at desc, id desc"
    _log_access = False

    segment_id = fields.Many2one(
        "customer.segment", required=True, readonly=True, ondelete="cascade"
    )
    added_at = fields.Datetime("In Since", required=True, readonly=True)
    left_at = fields.Datetime("Left On", readonly=True)
    source = fields.Selection(
        [
            ("rule", "Rule"),
            ("manual", "By Hand"),
            ("import", "Import"),
            ("segment", "Another Segment"),
            ("split", "Drawn by Chance"),
            ("lookalike", "Similar Customers"),
            ("api", "API"),
        ],
        required=True,
        readonly=True,
    )
    source_segment_id = fields.Many2one(
        "customer.segment", "From Segment", readonly=True, ondelete="set null"
    )
    user_id = fields.Many2one(
        "res.users",
        "Added By",
        readonly=True,
        ondelete="set null",
        help="Empty when a rule decided.",
    )
    email = fields.Char(related="partner_id.email", groups=PII)
    segment_type = fields.Selection(related="segment_id.segment_type")

    _current_uniq = models.UniqueIndex("(segment_id, partner_id) WHERE left_at IS NULL")
    _time_idx = models.Index("(segment_id, added_at)")
    _partner_idx = models.Index("(partner_id)")
    _source_idx = models.Index(
        "(source_segment_id) WHERE source_segment_id IS NOT NULL"
    )

    def _tell(self):
        """Return from when until when, by which way and by whom, as a text."""
        self.ensure_one()
        ways = dict(self._fields["source"]._description_selection(self.env))
        parts = [ways[self.source]]
        if origin := self.source_segment_id._filtered_access("read"):
            parts.append(f"“{origin.display_name}”")
        if self.user_id:
            # superuser: a colleague's name, as in every column of users
            parts.append(self.user_id.sudo().name)
        values = {
            "since": format_date(self.env, self.added_at),
            "left": self.left_at and format_date(self.env, self.left_at),
            "how": ", ".join(parts),
        }
        if self.left_at:
            return self.env._("from %(since)s to %(left)s (%(how)s)", **values)
        return self.env._("since %(since)s (%(how)s)", **values)

    def action_why(self):
        """Ask why this customer is in the segment."""
        self.ensure_one()
        return self.segment_id._open_why(default_partner_id=self.partner_id.id)

    def action_remove(self):
        """Take these customers out of their fixed list."""
        for segment, memberships in self.grouped("segment_id").items():
            if segment.segment_type != "static":
                raise UserError(
                    self.env._(
                        "The rule of “%(segment)s” decides who belongs to it: change "
                        "the rule, or freeze the segment into a fixed list first.",
                        segment=segment.display_name,
                    )
                )
            segment._remove_members(memberships.partner_id)
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def _get_own_company(self):
        return self.segment_id.company_id

    def action_open_segment(self):
        """Open the segment."""
        self.ensure_one()
        return self.segment_id.get_formview_action()
