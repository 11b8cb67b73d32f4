from odoo import api, fields, models

from .customer_pattern_type import PATTERN_SELECTION


class CustomerPattern(models.Model):
    """A behavioural pattern that a customer carries, and what it rests on.

    Only the set-based run writes here. A customer may carry several; one of them is
    the primary one.
    """

    _name = "customer.pattern"
    _inherit = "marketing.named.customer"
    _description = "Pattern of a Customer"
    _order = "is_primary desc, score desc, id"
    _rec_name = "pattern"
    _log_access = False

    profile_id = fields.Many2one(
        "customer.profile", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    pattern = fields.Selection(PATTERN_SELECTION, required=True, readonly=True)
    score = fields.Float(
        digits=(4, 3),
        readonly=True,
        aggregator="avg",
        help="How sure the pattern is, from 0 to 1, given the orders of the customer.",
    )
    is_primary = fields.Boolean("Main Pattern", readonly=True)
    figure = fields.Float(
        digits=0,
        readonly=True,
        aggregator=None,
        help="What was compared with the threshold. Days are counted anew each day and "
        "are not kept here.",
    )
    threshold = fields.Float(digits=0, readonly=True, aggregator=None)
    support = fields.Float(
        digits=0,
        readonly=True,
        aggregator=None,
        help="What the figure rests on: orders, order lines, for high spenders their "
        "revenue.",
    )
    category_id = fields.Many2one(
        "product.category", readonly=True, ondelete="set null"
    )
    since = fields.Date("Carried Since", readonly=True)

    # A constraint, not a unique index: merging contacts looks for constraints.
    _partner_company_pattern_uniq = models.Constraint(
        "UNIQUE(partner_id, company_id, pattern)", "A customer carries a pattern once."
    )
    _profile_idx = models.Index("(profile_id)")
    _pattern_idx = models.Index("(company_id, pattern, score)")
    _category_idx = models.Index("(category_id) WHERE category_id IS NOT NULL")

    @api.model
    def _get_keys(self):
        """Return the names of the patterns in the order of the engine's columns."""
        return [key for key, _label in PATTERN_SELECTION]
