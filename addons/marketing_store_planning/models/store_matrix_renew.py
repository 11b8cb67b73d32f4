from odoo import api, fields, models
from odoo.fields import Domain


class StoreMatrix(models.Model):
    """Each night the matrix learns what has come in since it was computed."""

    _inherit = "store.matrix"

    @api.model
    def _cron_compute(self):
        """Queue each matrix whose results have changed or whose period is over.

        One that is over moves to the next month. One that was never computed waits for
        a person to choose its period.
        """
        today = fields.Date.context_today(self)
        for matrix in self.search([("computed_at", "!=", False)]):
            is_over = matrix.period_end < today
            if not (is_over or matrix._has_news()):
                continue
            if is_over:
                start, end = self._get_next_month()
                matrix.write({"period_start": start, "period_end": end})
            matrix.write({"state": "waiting", "message": False})
            matrix._enqueue_compute()

    def _has_news(self):
        """Whether results, creatives or stores changed since the computation."""
        self.ensure_one()
        changed = Domain("write_date", ">", self.computed_at)
        own = Domain("company_id", "=", self.company_id.id)
        names = ("store.campaign.result", "store.creative", "marketing.store")
        return any(
            self.env[name]
            .with_context(active_test=False)
            .search_count(own & changed, limit=1)
            for name in names
        )
