from odoo import fields, models


class SegmentSplitPart(models.TransientModel):
    """One arm of a split: its name and its share."""

    _name = "segment.split.part"
    _description = "Part of a Split"
    _order = "sequence, id"

    split_id = fields.Many2one("segment.split", required=True, ondelete="cascade")
    sequence = fields.Integer(default=10)
    name = fields.Char("Part", required=True)
    share = fields.Float("Share (%)", digits=(5, 2), required=True)
