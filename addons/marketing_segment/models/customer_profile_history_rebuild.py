from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..history_query import link_next_month, rebuild_month

# As far back as a company that starts today sees its customers move.
REBUILT_MONTHS = 12


class CustomerProfileHistory(models.Model):
    """Standings of the months before this addon, from the orders of then."""

    _inherit = "customer.profile.history"

    is_rebuilt = fields.Boolean(
        "From Orders",
        readonly=True,
        help="Computed later, from the orders before that month. Patterns and other "
        "scores of then are not known.",
    )

    @api.model
    def _note_month(self, company):
        """Note the month; the first time, the months before it are queued too."""
        is_first = not self.search_count([("company_id", "=", company.id)], limit=1)
        count = super()._note_month(company)
        if count and is_first:
            self._enqueue_rebuild(company)
        return count

    @api.model
    def _enqueue_rebuild(self, company):
        """Queue the past months, one job that queues the next."""
        month = self._get_month(fields.Date.today())
        oldest = month - relativedelta(months=self._count_past_months(company))
        self._enqueue_rebuild_of(company, oldest)

    def _count_past_months(self, company):
        return min(REBUILT_MONTHS, company.marketing_history_months)

    def _enqueue_rebuild_of(self, company, month):
        self.env["marketing.job"]._enqueue(
            self._name,
            "_rebuild_month_of",
            {"company_id": company.id, "month": fields.Date.to_string(month)},
            key=f"customer.profile.history:rebuild:{company.id}",
        )

    @api.model
    def _rebuild_month_of(self, company_id, month):
        """Job: rebuild a month, the oldest first, then queue the following one."""
        company = self.env["res.company"].browse(company_id).exists()
        month = fields.Date.to_date(month)
        if not company or month >= self._get_month(fields.Date.today()):
            return
        self._rebuild_month(company, month)
        self._enqueue_rebuild_of(company, month + relativedelta(months=1))

    @api.model
    def _rebuild_month(self, company, month):
        """Write the standings of a past month from its orders; none if it has some.

        :return: number of customers
        """
        if self._has_month(company, month):
            return 0
        self.env.flush_all()
        self.env["customer.profile"]._prepare_planner(None)
        is_linked = self._has_month(company, month - relativedelta(months=1))
        self.env.cr.execute(rebuild_month(company, month, is_linked))
        count = self.env.cr.rowcount
        if count:
            self.env.cr.execute(link_next_month(company, month))
        self.env.cr.execute(SQL("SELECT set_config('enable_nestloop', 'on', true)"))
        self.invalidate_model(flush=False)
        return count
