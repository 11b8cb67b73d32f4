from odoo import api, fields, models
from odoo.tools import SQL

_NOTE = """
    INSERT INTO customer_segment_size (segment_id, date, customer_count, sendable_count)
    VALUES (%s, %s, %s, %s)
        ON CONFLICT (segment_id, date) DO UPDATE
       SET customer_count = EXCLUDED.customer_count,
           sendable_count = EXCLUDED.sendable_count
"""


class CustomerSegmentSize(models.Model):
    """How large a segment was on a day: the last count of that day."""

    _name = "customer.segment.size"
    _description = "Segment Size"
    _order = "date desc, segment_id"
    _rec_name = "date"
    _log_access = False

    segment_id = fields.Many2one(
        "customer.segment", required=True, readonly=True, ondelete="cascade"
    )
    date = fields.Date(required=True, readonly=True)
    customer_count = fields.Integer("Customers", readonly=True, aggregator="avg")
    sendable_count = fields.Integer("Sendable", readonly=True, aggregator="avg")

    _day_uniq = models.Constraint(
        "UNIQUE(segment_id, date)", "A segment has one size a day."
    )

    @api.model
    def _note(self, segment, count, sendable):
        """Remember today's size."""
        self.env.cr.execute(
            SQL(_NOTE, segment.id, fields.Date.today(), count, sendable)
        )
        self.invalidate_model(flush=False)
