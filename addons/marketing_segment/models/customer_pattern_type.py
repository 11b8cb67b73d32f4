from odoo import api, fields, models

#: In the order of `marketing_engine.patterns.PATTERNS`.
PATTERN_SELECTION = [
    ("HIGH_SPENDER", "High Spender"),
    ("FREQUENT_SHOPPER", "Frequent Shopper"),
    ("WEEKEND_SHOPPER", "Weekend Shopper"),
    ("CATEGORY_FOCUSED", "Category Focused"),
    ("LOCATION_CLUSTERED", "Location Clustered"),
    ("NEW_SHOPPER", "New Shopper"),
    ("INACTIVE", "Inactive"),
    ("SEASONAL_SPENDER", "Seasonal Spender"),
]


class CustomerPatternType(models.Model):
    """The eight behavioural patterns, with how many customers carry them."""

    _name = "customer.pattern.type"
    _description = "Behavioural Pattern"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    key = fields.Selection(PATTERN_SELECTION, required=True, readonly=True)
    sequence = fields.Integer(default=10)
    color = fields.Integer()
    description = fields.Char(translate=True)
    rule = fields.Char(
        compute="_compute_rule", help="With the thresholds of the current company."
    )
    customer_count = fields.Integer("Customers", compute="_compute_counts")
    customer_share = fields.Float("Of All Customers", compute="_compute_counts")
    primary_count = fields.Integer("Main Pattern Of", compute="_compute_counts")

    _key_uniq = models.Constraint("UNIQUE(key)", "This pattern exists already.")

    @api.depends_context("company", "uid")
    def _compute_counts(self):
        """Count in the current company, as far as the reader may see its customers."""
        own = [("company_id", "=", self.env.company.id)]
        carried = self._count_by_key(own)
        mainly = self._count_by_key([*own, ("is_primary", "=", True)])
        base = self.env["customer.profile"].search_count(own)
        for pattern in self:
            pattern.customer_count = carried.get(pattern.key, 0)
            pattern.primary_count = mainly.get(pattern.key, 0)
            pattern.customer_share = pattern.customer_count / base if base else 0.0

    def _count_by_key(self, domain):
        patterns = self.env["customer.pattern"]
        return dict(patterns._read_group(domain, ["pattern"], ["__count"]))

    @api.depends_context("company", "lang")
    def _compute_rule(self):
        thresholds = self.env["customer.pattern.threshold"]._get_or_new(
            self.env.company
        )
        for pattern in self:
            pattern.rule = thresholds._tell_rule(pattern.key)

    def action_view_customers(self):
        """Open the customers of the current company who carry this pattern."""
        self.ensure_one()
        return self._open(self.name, [("pattern", "=", self.key)])

    def action_view_primary(self):
        """Open those who are called by this pattern."""
        self.ensure_one()
        return self._open(
            self.env._("Mainly %s", self.name),
            [("pattern", "=", self.key), ("is_primary", "=", True)],
        )

    def _open(self, name, domain):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "marketing_segment.customer_pattern_action"
        )
        own = ("company_id", "=", self.env.company.id)
        return action | {"name": name, "domain": [own, *domain], "context": {}}
