from odoo import fields, models

DIMENSIONS = ("recency", "frequency", "monetary")
CUT_SCORES = (5, 4, 3, 2)
#: Fixed cut points: where each score begins; a value beyond the last one scores 1.
CUT_FIELDS = tuple(
    f"marketing_rfm_{name}_{score}" for name in DIMENSIONS for score in CUT_SCORES
)


class ResCompany(models.Model):
    """How a company scores its customers, and how long it remembers the scores."""

    _inherit = "res.company"

    marketing_rfm_method = fields.Selection(
        [("rank", "Ranks among all customers"), ("fixed", "Fixed cut-offs")],
        "RFM Scores By",
        required=True,
        default="rank",
        help="Ranks: the scores of a customer say how many of the others are worse. "
        "Fixed cut-offs: they say which of the amounts below a customer reaches.",
    )
    marketing_rfm_recency_5 = fields.Integer("Recency 5 Up To (Days)", default=30)
    marketing_rfm_recency_4 = fields.Integer("Recency 4 Up To (Days)", default=90)
    marketing_rfm_recency_3 = fields.Integer("Recency 3 Up To (Days)", default=180)
    marketing_rfm_recency_2 = fields.Integer("Recency 2 Up To (Days)", default=365)
    marketing_rfm_frequency_5 = fields.Integer("Frequency 5 From (Orders)", default=10)
    marketing_rfm_frequency_4 = fields.Integer("Frequency 4 From (Orders)", default=6)
    marketing_rfm_frequency_3 = fields.Integer("Frequency 3 From (Orders)", default=3)
    marketing_rfm_frequency_2 = fields.Integer("Frequency 2 From (Orders)", default=2)
    marketing_rfm_monetary_5 = fields.Monetary("Monetary 5 From", default=1000)
    marketing_rfm_monetary_4 = fields.Monetary("Monetary 4 From", default=500)
    marketing_rfm_monetary_3 = fields.Monetary("Monetary 3 From", default=250)
    marketing_rfm_monetary_2 = fields.Monetary("Monetary 2 From", default=100)
    marketing_history_months = fields.Integer(
        "Months of Score History",
        default=36,
        help="Older monthly standings of customers are deleted.",
    )

    _marketing_rfm_recency = models.Constraint(
        """CHECK (0 <= marketing_rfm_recency_5
                  AND marketing_rfm_recency_5 < marketing_rfm_recency_4
                  AND marketing_rfm_recency_4 < marketing_rfm_recency_3
                  AND marketing_rfm_recency_3 < marketing_rfm_recency_2)""",
        "The fewer the days, the better the recency score: the days have to grow from "
        "score 5 to score 2.",
    )
    _marketing_rfm_frequency = models.Constraint(
        """CHECK (marketing_rfm_frequency_5 > marketing_rfm_frequency_4
                  AND marketing_rfm_frequency_4 > marketing_rfm_frequency_3
                  AND marketing_rfm_frequency_3 > marketing_rfm_frequency_2
                  AND marketing_rfm_frequency_2 >= 1)""",
        "The more orders, the better the frequency score: the numbers have to fall "
        "from score 5 to score 2, and the last one is at least 1.",
    )
    _marketing_rfm_monetary = models.Constraint(
        """CHECK (marketing_rfm_monetary_5 > marketing_rfm_monetary_4
                  AND marketing_rfm_monetary_4 > marketing_rfm_monetary_3
                  AND marketing_rfm_monetary_3 > marketing_rfm_monetary_2)""",
        "The more revenue, the better the monetary score: the amounts have to fall "
        "from score 5 to score 2.",
    )
    _marketing_history_months = models.Constraint(
        "CHECK (marketing_history_months BETWEEN 2 AND 120)",
        "The history of scores is kept for 2 to 120 months.",
    )

    def _get_rfm_cuts(self):
        """Return [(dimension, score, where it begins)] of the fixed cut-offs."""
        self.ensure_one()
        return [
            (name, score, self[f"marketing_rfm_{name}_{score}"])
            for name in DIMENSIONS
            for score in CUT_SCORES
        ]

    def _get_rfm_rule(self):
        """Return what the scores depend on, cut-offs only while they are in use."""
        fixed = self.marketing_rfm_method == "fixed"
        return self._get_rfm_cuts() if fixed else None

    def write(self, vals):
        """Score everybody anew, by a job, when the way of scoring changed."""
        is_scoring = {"marketing_rfm_method", *CUT_FIELDS} & set(vals)
        before = {company: company._get_rfm_rule() for company in self if is_scoring}
        result = super().write(vals)
        for company, rule in before.items():
            if company._get_rfm_rule() != rule:
                self.env["customer.profile"]._enqueue_refresh_full(company)
        return result
