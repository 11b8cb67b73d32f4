from odoo import api, fields, models

SHOWN = 3


class SegmentMembership(models.Model):
    """How far a lookalike is from those whom it is like, and what makes it so."""

    _inherit = "segment.membership"

    distance = fields.Float(
        readonly=True,
        digits=(8, 3),
        aggregator="avg",
        help="0 is a twin; 1 is as far away as a typical difference in every figure.",
    )
    distance_parts = fields.Json("Parts of the Distance", readonly=True)
    differs_by = fields.Char("Differs Most By", compute="_compute_differs_by")

    @api.depends("distance_parts")
    @api.depends_context("lang")
    def _compute_differs_by(self):
        labels = self.env["customer.profile"].fields_get(attributes=["string"])
        for row in self:
            row.differs_by = ", ".join(
                f"{labels[name]['string']} {share:.0%}"
                for name, share in (row.distance_parts or [])[:SHOWN]
                if name in labels
            )
