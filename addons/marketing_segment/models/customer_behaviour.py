from odoo import api, fields, models
from odoo.tools import SQL

from ..pattern_query import write_behaviour


class CustomerBehaviour(models.Model):
    """The figures behind the patterns of a customer, as of the last run.

    One row a profile, written anew each time. Shares, weeks and places are those of the
    window of the company's pattern thresholds.
    """

    _name = "customer.behaviour"
    _description = "Buying Behaviour"
    _order = "company_id, partner_id"
    _rec_name = "partner_id"
    _log_access = False

    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade"
    )
    order_count = fields.Integer("Orders", readonly=True)
    spend = fields.Float("Revenue", digits=0, readonly=True)
    spend_rank = fields.Float(
        readonly=True,
        aggregator="avg",
        help="Share of the other buyers who spent less. Empty for those who bought "
        "nothing.",
    )
    active_weeks = fields.Integer("Weeks With an Order", readonly=True)
    weekend_count = fields.Integer("Orders at Weekends", readonly=True)
    line_count = fields.Integer("Order Lines", readonly=True)
    top_category_id = fields.Many2one(
        "product.category", readonly=True, ondelete="set null"
    )
    top_category_share = fields.Float(digits=(5, 4), readonly=True, aggregator="avg")
    place_count = fields.Integer("Places of Delivery", readonly=True)
    days_since_first = fields.Integer("Days Since First Order", readonly=True)
    days_since_last = fields.Integer("Days Since Last Order", readonly=True)
    months_observed = fields.Integer("Months Since First Order", readonly=True)
    year_order_count = fields.Integer("Orders in the Year", readonly=True)
    peak_month_order_count = fields.Integer("Orders in the Best Month", readonly=True)
    peak_to_mean = fields.Float(
        "Best to Average Month", digits=0, readonly=True, aggregator="avg"
    )

    # A constraint, not a unique index: merging contacts looks for constraints.
    _partner_company_uniq = models.Constraint(
        "UNIQUE(partner_id, company_id)", "A customer behaves once in a company."
    )
    _company_idx = models.Index("(company_id, partner_id)")
    _category_idx = models.Index("(top_category_id)")

    @api.model
    def _rebuild(self, company, window_days):
        """Write the figures of all customers of `company` anew.

        :return: number of customers, of categories sold and of places
        """
        profiles = self.env["customer.profile"]
        self.env.flush_all()
        profiles._prepare_planner(None)
        self.env.cr.execute(
            SQL("DELETE FROM customer_behaviour WHERE company_id = %s", company.id)
        )
        [counts] = self.env.execute_query(
            write_behaviour(company, fields.Date.today(), window_days)
        )
        self.env.cr.execute("SELECT set_config('enable_nestloop', 'on', true)")
        self.invalidate_model(flush=False)
        return counts

    @api.model
    def _split(self, company, size):
        """Return [(first id, last id)] of ranges of at most `size` customers."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT MIN(partner_id), MAX(partner_id)
                  FROM (SELECT partner_id, (row_number() OVER (ORDER BY partner_id) - 1)
                                           / %s AS part
                          FROM customer_behaviour WHERE company_id = %s) numbered
                 GROUP BY part ORDER BY part
                """,
                size,
                company.id,
            )
        )
        return rows
