from odoo import api, fields, models
from odoo.tools import SQL

# GROUPING has one bit a column, set when the column is not part of the group.
_CUTS = """
    INSERT INTO customer_profile_cut (company_id, dimension, score, value)
    SELECT %(company)s,
           CASE GROUPING(recency_score, frequency_score, monetary_score)
           WHEN 3 THEN 'recency' WHEN 5 THEN 'frequency' ELSE 'monetary' END,
           COALESCE(recency_score, frequency_score, monetary_score),
           CASE GROUPING(recency_score, frequency_score, monetary_score)
           WHEN 3 THEN MAX(recency_days)
           WHEN 5 THEN MIN(frequency)
           ELSE MIN(monetary) END
      FROM customer_profile
     WHERE company_id = %(company)s
     GROUP BY GROUPING SETS ((recency_score), (frequency_score), (monetary_score))
"""
_FIXED = """
    INSERT INTO customer_profile_cut (company_id, dimension, score, value)
    SELECT %s, given.* FROM unnest(%s::text[], %s::int[], %s::float8[]) given
"""


class CustomerProfileCut(models.Model):
    """Where each score began in the last full refresh of a company.

    The incremental refresh scores single customers against these points, so a customer
    whose numbers did not change keeps its score whoever else was refreshed.
    """

    _name = "customer.profile.cut"
    _description = "RFM Cut Point"
    _order = "company_id, dimension, score desc"
    _log_access = False

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade"
    )
    dimension = fields.Selection(
        [
            ("recency", "Recency"),
            ("frequency", "Frequency"),
            ("monetary", "Monetary"),
        ],
        required=True,
        readonly=True,
    )
    score = fields.Integer(required=True, readonly=True, aggregator=None)
    value = fields.Float(
        "From",
        digits=0,
        readonly=True,
        aggregator=None,
        help="Recency: at most so many days. Frequency: at least so many orders. "
        "Monetary: at least so much revenue in the company's currency.",
    )

    _cut_uniq = models.Constraint(
        "UNIQUE(company_id, dimension, score)", "This cut point exists already."
    )

    @api.model
    def _rebuild(self, company):
        """Read the cut points of `company` off the scores of a full refresh.

        Those of a company with fixed cut-offs are its own, whoever has which score.
        """
        self.env.cr.execute(
            SQL("DELETE FROM customer_profile_cut WHERE company_id = %s", company.id)
        )
        if company.marketing_rfm_method == "fixed":
            names, scores, values = zip(*company._get_rfm_cuts(), strict=True)
            self.env.cr.execute(
                SQL(_FIXED, company.id, list(names), list(scores), list(values))
            )
        else:
            self.env.cr.execute(SQL(_CUTS, company=company.id))
        self.invalidate_model(flush=False)
