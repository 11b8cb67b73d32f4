from odoo import api, fields, models
from odoo.tools import SQL

KINDS = [
    ("rhythm", "Days between orders"),
    ("weekday", "Weekday"),
    ("hour", "Hour"),
    ("price_low", "Price, cheap third"),
    ("price_high", "Price, dear third"),
]


class CustomerProfileNorm(models.Model):
    """What is usual among the customers of a company, as of the last full refresh.

    The incremental refresh measures single customers against it, so that both give the
    same profile, and nobody's changes because somebody else bought.
    """

    _name = "customer.profile.norm"
    _description = "Usual Values of Customers"
    _order = "company_id, kind, key"
    _log_access = False

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade"
    )
    kind = fields.Selection(KINDS, required=True, readonly=True)
    # a weekday, an hour, the id of a product category, or 0
    key = fields.Integer(required=True, readonly=True, aggregator=None)
    value = fields.Float(
        digits=0,
        readonly=True,
        aggregator=None,
        help="Weekday and hour: as many orders of everybody are counted beside one's "
        "own. Days between orders: the median. Prices: in the company's currency.",
    )
    key_name = fields.Char("Of", compute="_compute_key_name")

    _norm_uniq = models.Constraint(
        "UNIQUE(company_id, kind, key)", "This usual value exists already."
    )

    @api.depends("kind", "key")
    def _compute_key_name(self):
        weekdays = dict(self.env["customer.profile"]._get_weekdays())
        categories = self.env["product.category"].browse(
            self.filtered(lambda norm: norm.kind.startswith("price")).mapped("key")
        )
        names = {item.id: item.display_name for item in categories.exists()}
        for norm in self:
            if norm.kind == "weekday":
                norm.key_name = weekdays.get(str(norm.key))
            elif norm.kind == "hour":
                norm.key_name = f"{norm.key:02}:00"
            else:
                norm.key_name = names.get(norm.key) if norm.key else False

    @api.model
    def _clear(self, company):
        """Make room: the statement of a full refresh writes the new values itself."""
        self.env.cr.execute(
            SQL("DELETE FROM customer_profile_norm WHERE company_id = %s", company.id)
        )
        self.invalidate_model(flush=False)
