from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .customer_pattern_type import PATTERN_SELECTION
from .customer_profile import RFM_SEGMENTS

NEWCOMER = "newcomer"
GC_BATCH = 50_000

# Where somebody came from is stored: a page over a million customers and two months
# would otherwise join two million rows.
_NOTE = """
    INSERT INTO customer_profile_history
           (company_id, partner_id, month, taken_on, previous_rfm_segment, %(columns)s)
    SELECT profile.company_id, profile.partner_id, %(month)s, %(today)s,
           CASE WHEN %(is_linked)s THEN COALESCE(old.rfm_segment, 'newcomer') END,
           %(values)s
      FROM customer_profile profile
      LEFT JOIN customer_profile_history old
        ON old.partner_id = profile.partner_id
       AND old.company_id = profile.company_id AND old.month = %(previous)s
     WHERE profile.company_id = %(company)s
        ON CONFLICT (partner_id, company_id, month) DO NOTHING
"""


class CustomerProfileHistory(models.Model):
    """How a customer stood at the beginning of a month: written once, never changed.

    Addons that bring scores to the profile add a column of the same name here, and the
    name to `_get_copied_columns`.
    """

    _name = "customer.profile.history"
    _inherit = "marketing.named.customer"
    _description = "Monthly Standing of a Customer"
    _order = "month desc, monetary desc, id"
    _rec_name = "partner_id"
    _log_access = False

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    month = fields.Date(
        required=True,
        readonly=True,
        help="The standing is that of the beginning of this month: of the first time "
        "in it that all customers were ranked.",
    )
    taken_on = fields.Date(readonly=True)
    rfm_segment = fields.Selection(RFM_SEGMENTS, "RFM Segment", readonly=True)
    previous_rfm_segment = fields.Selection(
        [*RFM_SEGMENTS, (NEWCOMER, "Not a Customer Yet")],
        "A Month Before",
        readonly=True,
        help="RFM segment at the beginning of the month before. Empty when there is no "
        "standing of that month.",
    )
    rfm_code = fields.Char("RFM Code", readonly=True)
    recency_days = fields.Integer(
        "Days Since Last Order", readonly=True, aggregator="avg"
    )
    frequency = fields.Integer("Orders, 365 Days", readonly=True)
    monetary = fields.Monetary("Revenue, 365 Days", readonly=True)
    pattern_primary = fields.Selection(PATTERN_SELECTION, "Main Pattern", readonly=True)
    order_count = fields.Integer("Orders", readonly=True)
    revenue = fields.Monetary(readonly=True)

    # A constraint, not a unique index: merging contacts looks for constraints.
    _month_uniq = models.Constraint(
        "UNIQUE(partner_id, company_id, month)", "A customer has one standing a month."
    )
    _move_idx = models.Index("(company_id, month, previous_rfm_segment, rfm_segment)")

    @api.model
    def _get_copied_columns(self):
        """Return the columns that a standing takes over from the profile."""
        return [
            *("rfm_segment", "rfm_code", "recency_days", "frequency", "monetary"),
            *("order_count", "revenue", "pattern_primary"),
        ]

    @api.model
    def _note_month(self, company):
        """Note how all customers stand, once a month; return how many that were."""
        month = self._get_month(fields.Date.today())
        if self._has_month(company, month):
            return 0
        self.env.flush_all()
        columns = self._get_copied_columns()
        previous = month - relativedelta(months=1)
        self.env.cr.execute(
            SQL(
                _NOTE,
                columns=SQL(", ").join(map(SQL.identifier, columns)),
                values=SQL(", ").join(SQL.identifier("profile", c) for c in columns),
                company=company.id,
                month=month,
                previous=previous,
                today=fields.Date.today(),
                is_linked=self._has_month(company, previous),
            )
        )
        count = self.env.cr.rowcount
        self.invalidate_model(flush=False)
        return count

    @api.model
    def _enqueue_month(self, company):
        self.env["marketing.job"]._enqueue(
            self._name,
            "_note_month_of",
            {"company_id": company.id},
            key=f"customer.profile.history:{company.id}",
        )

    @api.model
    def _note_month_of(self, company_id):
        """Job: note the month once all customers are classified.

        Each job that classifies a part of them queues this one; the last one decides.
        """
        company = self.env["res.company"].browse(company_id).exists()
        if company and not self.env["customer.pattern"]._count_waiting(company):
            self._note_month(company)

    @api.model
    def _get_month(self, date):
        return date.replace(day=1)

    def _has_month(self, company, month):
        domain = [("company_id", "=", company.id), ("month", "=", month)]
        return bool(self.search_count(domain, limit=1))

    @api.autovacuum
    def _gc_old(self):
        """Delete the standings that are older than their company wants to keep."""
        self.env.flush_all()
        deleted = self.env.execute_query(
            SQL(
                """
                DELETE FROM customer_profile_history WHERE id IN (
                    SELECT old.id FROM customer_profile_history old
                      JOIN res_company company ON company.id = old.company_id
                     WHERE old.month < %s - make_interval(
                               months => company.marketing_history_months)
                     LIMIT %s)
                RETURNING 1
                """,
                self._get_month(fields.Date.today()),
                GC_BATCH,
            )
        )
        self.invalidate_model(flush=False)
        return len(deleted), len(deleted) == GC_BATCH
