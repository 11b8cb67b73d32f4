from odoo import api, fields, models
from odoo.tools import SQL


class CustomerSegment(models.Model):
    """Segments count themselves again at their own interval."""

    _inherit = "customer.segment"

    auto_refresh = fields.Boolean("Refresh Automatically", default=True)
    refresh_interval_hours = fields.Integer("Refresh Every (Hours)", default=24)

    _interval_positive = models.Constraint(
        "CHECK (refresh_interval_hours >= 1)",
        "A segment is refreshed every hour at most.",
    )

    @api.model
    def _cron_refresh(self):
        """Queue one job for each segment that is due: a broken one stops no other."""
        for segment in self._get_due():
            self.env["marketing.job"]._enqueue(
                self._name,
                "_refresh_one",
                {"segment_id": segment.id},
                key=f"customer.segment:{segment.id}",
            )

    @api.model
    def _get_due(self):
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id FROM customer_segment
                 WHERE active AND auto_refresh
                   AND (last_calculated_at IS NULL
                        OR last_calculated_at
                           + make_interval(hours => refresh_interval_hours) <= %s)
                 ORDER BY id
                """,
                fields.Datetime.now(),
            )
        )
        return self.browse(segment_id for (segment_id,) in rows)

    @api.model
    def _refresh_one(self, segment_id):
        """Job: count a segment that may be gone by now."""
        self.browse(segment_id).exists()._refresh()
