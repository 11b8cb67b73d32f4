from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class StoreMatrix(models.Model):
    """What to send to which store in a period: one a company, computed as a whole."""

    _name = "store.matrix"
    _description = "Performance Matrix"
    _rec_name = "company_id"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    period_start = fields.Date(
        "From", required=True, default=lambda self: self._get_next_month()[0]
    )
    period_end = fields.Date(
        "To", required=True, default=lambda self: self._get_next_month()[1]
    )
    budget = fields.Monetary(help="Of all pieces with their postage. 0: no limit.")
    state = fields.Selection(
        [
            ("new", "Not Computed"),
            ("waiting", "Being Computed"),
            ("done", "Computed"),
            ("failed", "Not Possible"),
        ],
        default="new",
        required=True,
        readonly=True,
    )
    message = fields.Char(readonly=True, help="Why it could not be computed.")
    computed_at = fields.Datetime(readonly=True)
    computed_for = fields.Char(
        readonly=True, help="Period and budget of the figures that are shown."
    )
    drop_count = fields.Integer("Past Drops", readonly=True)
    left_out_count = fields.Integer(
        "Impossible Results",
        readonly=True,
        help="Past results with more conversions than pieces: they teach nothing.",
    )
    unpriced = fields.Char(
        readonly=True, help="Active creatives without a price: never recommended."
    )
    profit = fields.Monetary(readonly=True)
    cost = fields.Monetary(readonly=True)
    gap = fields.Float(
        readonly=True, help="Part of the best possible profit that the plan may miss."
    )
    shadow_price = fields.Float(
        readonly=True, help="What one more unit of the budget would earn, less itself."
    )
    curve = fields.Json(readonly=True, help="[[budget, profit], …]")

    _once = models.Constraint(
        "UNIQUE (company_id)", "The company has its matrix already."
    )
    _period_order = models.Constraint(
        "CHECK (period_end >= period_start)", "The period ends before it starts."
    )
    _budget_positive = models.Constraint(
        "CHECK (budget >= 0)", "A budget cannot be negative."
    )

    @api.model
    def _get_next_month(self):
        first = fields.Date.context_today(self) + relativedelta(months=1, day=1)
        return first, first + relativedelta(months=1) - timedelta(days=1)

    @api.model
    def _get_own(self):
        """Return the matrix of the user's company; empty before it was asked for."""
        return self.search([("company_id", "=", self.env.company.id)], limit=1)

    @api.model
    def compute(self, period_start=None, period_end=None, budget=None):
        """Queue the matrix of the user's company for a period and a budget."""
        self._check_planner()
        # superuser: nobody else writes it; the company is the user's own
        matrix = self._get_own().sudo() or self.sudo().create({})
        start, end = self._read_period(matrix, period_start, period_end)
        matrix.write(
            {
                "period_start": start,
                "period_end": end,
                "budget": matrix.budget if budget is None else self._read_money(budget),
                "state": "waiting",
                "message": False,
            }
        )
        matrix._enqueue_compute()
        return True

    @api.model
    def _check_planner(self):
        if not self.env.user.has_group("marketing_base.group_user"):
            raise AccessError(
                self.env._("The matrix is computed, and plans are made, by marketing.")
            )

    @api.model
    def _read_period(self, matrix, start, end):
        try:
            first = fields.Date.to_date(start) or matrix.period_start
            last = fields.Date.to_date(end) or matrix.period_end
        except (TypeError, ValueError) as error:
            raise UserError(self.env._("The period needs two dates.")) from error
        if last < first or last > first + timedelta(days=366):
            raise UserError(
                self.env._(
                    "The period from %(first)s to %(last)s is not possible: it ends "
                    "after it starts, and within a year.",
                    first=fields.Date.to_string(first),
                    last=fields.Date.to_string(last),
                )
            )
        return first, last

    @api.model
    def _read_money(self, value):
        try:
            budget = float(value)
        except (TypeError, ValueError):
            budget = -1.0
        if not 0 <= budget < 1e12:
            raise UserError(self.env._("The budget is a number from 0 on."))
        return budget

    def _enqueue_compute(self):
        self.ensure_one()
        return self.env["marketing.job"]._enqueue(
            self._name,
            "_pump_compute",
            {"company_id": self.company_id.id},
            key=f"{self._name}:{self.company_id.id}",
            kind="pump",
        )
