from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.marketing_base.notification import CLOSE, notify

from ..models.customer_segment_lookalike import MAX_LOOKALIKES

AT_ONCE = 50_000  # customers that are compared while somebody waits


class SegmentLookalike(models.TransientModel):
    """Make a fixed list of the customers who are most like those of a segment."""

    _name = "segment.lookalike"
    _description = "Find Similar Customers"

    segment_id = fields.Many2one(
        "customer.segment", required=True, readonly=True, ondelete="cascade"
    )
    name = fields.Char(
        "New List",
        compute="_compute_name",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
    )
    wanted = fields.Integer("How Many", default=1000, required=True)
    figures = fields.Char("Compared By", compute="_compute_figures")

    @api.depends("segment_id")
    def _compute_name(self):
        for wizard in self:
            wizard.name = wizard.env._("Like %s", wizard.segment_id.name or "")

    @api.depends("segment_id")
    def _compute_figures(self):
        names = self.env["customer.segment"]._get_figures()
        labels = self.env["customer.profile"].fields_get(names, attributes=["string"])
        self.figures = ", ".join(labels[name]["string"] for name in names)

    def action_find(self):
        """Make the list; for many customers a job fills it."""
        self.ensure_one()
        if not 0 < self.wanted <= MAX_LOOKALIKES:
            raise UserError(
                self.env._("Ask for 1 to %s customers.", f"{MAX_LOOKALIKES:,}")
            )
        made = self._create_list()
        customers = self.env["customer.profile"].search_count(
            [("company_id", "=", self.segment_id.company_id.id)], limit=AT_ONCE + 1
        )
        if customers <= AT_ONCE:
            made._fill_lookalikes(self.segment_id, self.wanted)
            return made.get_formview_action()
        made._enqueue_lookalikes(self.segment_id, self.wanted)
        return notify(
            "info",
            self.env._("“%s” is being filled; this takes a minute.", made.display_name),
            then=CLOSE,
        )

    def _create_list(self):
        segments = self.env["customer.segment"]
        return segments.create(
            {
                "name": segments._get_free_name(self.name),
                "segment_type": "static",
                "company_id": self.segment_id.company_id.id,
                "lookalike_segment_id": self.segment_id.id,
                "description": self.env._(
                    "Most like the customers of “%s”.", self.segment_id.name
                ),
            }
        )
