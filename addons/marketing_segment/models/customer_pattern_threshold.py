from odoo import api, fields, models

from odoo.addons.marketing_engine.patterns import PatternParams

#: Thresholds of the engine that a company may move.
THRESHOLDS = (
    "window_days",
    "high_spender_rank",
    "frequent_per_week",
    "frequent_active_weeks",
    "weekend_share",
    "weekend_certainty",
    "category_share",
    "max_locations",
    "new_days",
    "inactive_days",
    "seasonal_ratio",
    "seasonal_months",
    "min_orders",
    "hysteresis",
)


def _threshold(field_type, name, label, **kwargs):
    """Return the field of a threshold, which starts as the engine's own."""
    return field_type(
        label,
        required=True,
        default=lambda self: getattr(PatternParams, name),
        **kwargs,
    )


class CustomerPatternThreshold(models.Model):
    """From where on a company sees a behavioural pattern; one row a company."""

    _name = "customer.pattern.threshold"
    _inherit = "marketing.audited"
    _description = "Thresholds of the Behavioural Patterns"
    _rec_name = "company_id"
    _audited_fields = THRESHOLDS

    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        default=lambda self: self.env.company,
        ondelete="cascade",
    )
    window_days = _threshold(
        fields.Integer,
        "window_days",
        "Days Looked At",
        help="Shares, rates and places are those of the orders of so many days.",
    )
    min_orders = _threshold(
        fields.Integer,
        "min_orders",
        "Orders a Share Rests On",
        help="Fewer orders (or order lines, for categories) give no share: a single "
        "order is always “all at weekends”.",
    )
    hysteresis = _threshold(
        fields.Float,
        "hysteresis",
        "Tolerance",
        help="A customer who carries a pattern keeps it until its figure is this much "
        "below the threshold, so that nobody flips to and fro.",
    )
    high_spender_rank = _threshold(
        fields.Float,
        "high_spender_rank",
        "Spends More Than",
        help="Share of the other buyers who spent less. 80 % are the top fifth.",
    )
    frequent_per_week = _threshold(fields.Float, "frequent_per_week", "Orders a Week")
    frequent_active_weeks = _threshold(
        fields.Integer,
        "frequent_active_weeks",
        "In at Least (Weeks)",
        help="Weeks with an order: thirty orders on one day are no habit.",
    )
    weekend_share = _threshold(
        fields.Float,
        "weekend_share",
        "Share at Weekends",
        help="Of the orders, Saturdays and Sundays by the clock of the customer.",
    )
    weekend_certainty = _threshold(
        fields.Float,
        "weekend_certainty",
        "Certainty",
        help="How probable it has to be, given the number of orders, that more than "
        "two of seven are at weekends.",
    )
    category_share = _threshold(fields.Float, "category_share", "Share of One Category")
    max_locations = _threshold(
        fields.Integer,
        "max_locations",
        "Places at Most",
        help="Stores of orders that know theirs, else cities of delivery. Nobody "
        "carries the pattern in a company that has fewer than three.",
    )
    new_days = _threshold(fields.Integer, "new_days", "First Order Less Than (Days)")
    inactive_days = _threshold(
        fields.Integer, "inactive_days", "Last Order More Than (Days)"
    )
    seasonal_ratio = _threshold(
        fields.Float,
        "seasonal_ratio",
        "Best to Average Month",
        help="Revenue of the best of the last twelve complete months, divided by their "
        "mean.",
    )
    seasonal_months = _threshold(
        fields.Integer, "seasonal_months", "Customer for at Least (Months)"
    )
    is_baseline_due = fields.Boolean(
        default=True,
        readonly=True,
        help="The next run notes the patterns of new thresholds without calling them "
        "changes of the customers.",
    )
    last_run_at = fields.Datetime("Computed On", readonly=True)

    _company_uniq = models.Constraint(
        "UNIQUE(company_id)", "A company has one set of thresholds."
    )
    _window = models.Constraint(
        "CHECK (window_days BETWEEN 28 AND 365)", "Look at 28 to 365 days."
    )
    _shares = models.Constraint(
        """CHECK (0 < high_spender_rank AND high_spender_rank < 1
              AND 0 < weekend_share AND weekend_share <= 1
              AND 0 < category_share AND category_share <= 1
              AND 0 <= weekend_certainty AND weekend_certainty < 1)""",
        "Shares are between 0 % and 100 %.",
    )
    _tolerance = models.Constraint(
        "CHECK (0 <= hysteresis AND hysteresis <= 0.5)",
        "The tolerance is between 0 % and 50 %.",
    )
    _at_least_one = models.Constraint(
        """CHECK (min_orders >= 1 AND frequent_per_week > 0
              AND frequent_active_weeks >= 1 AND max_locations >= 1
              AND new_days >= 1 AND inactive_days >= 1)""",
        "Orders, weeks, places and days are at least 1.",
    )
    _season = models.Constraint(
        """CHECK (seasonal_ratio > 1 AND seasonal_ratio <= 12
              AND seasonal_months BETWEEN 12 AND 60)""",
        "The best of twelve months is 1 to 12 times their mean, and a season needs at "
        "least twelve months.",
    )

    @api.model
    def _get_or_new(self, company):
        """Return the thresholds of a company; the defaults while it has none."""
        found = self.search([("company_id", "=", company.id)])
        return found or self.new({"company_id": company.id})

    @api.model
    def _ensure(self, company):
        """Return the stored thresholds of a company, with the defaults at first."""
        found = self.search([("company_id", "=", company.id)])
        return found or self.create({"company_id": company.id})

    def write(self, vals):
        """Classify everybody anew, by a job, when a threshold moved."""
        names = set(THRESHOLDS) & set(vals)
        before = {row: [row[name] for name in names] for row in self if names}
        result = super().write(vals)
        for row, values in before.items():
            if [row[name] for name in names] != values:
                super(CustomerPatternThreshold, row).write({"is_baseline_due": True})
                self.env["customer.pattern"]._enqueue_refresh(row.company_id)
        return result

    def action_restore_defaults(self):
        """Take the thresholds of the specification again."""
        self.write(self.default_get(list(THRESHOLDS)))
        return True

    def action_compute(self):
        """Classify the customers of this company now, by a job."""
        self.check_access("write")
        for row in self:
            self.env["customer.pattern"]._enqueue_refresh(row.company_id)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("The patterns are being computed."),
            },
        }

    @api.model
    def action_open(self):
        """Open the thresholds of the current company."""
        row = self._ensure(self.env.company)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Pattern Thresholds"),
            "res_model": self._name,
            "res_id": row.id,
            "views": [(False, "form")],
        }

    def _get_params(self, categories, places):
        """Return the parameters of the engine.

        :param categories: number of categories sold in the window
        :param places: number of places where orders were bought
        """
        self.ensure_one()
        return PatternParams(
            **{name: float(self[name]) for name in THRESHOLDS},
            categories_on_offer=float(categories),
            locations_on_offer=float(places),
        )
