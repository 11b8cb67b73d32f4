from odoo import api, fields, models

from odoo.addons.marketing_engine.experiments import two_proportions

from .rate_comparison import describe_interval


def _count(label, help=None):
    return fields.Integer(label, readonly=True, help=help)


class EmailCreativeStats(models.Model):
    """What one creative did in one campaign; a projection of its messages.

    Written by set-based SQL only (`email_creative_projection.py`).
    """

    _name = "email.creative.stats"
    _description = "Creative in a Campaign"
    _inherit = ["marketing.rated"]
    _order = "campaign_id desc, id"
    _rec_name = "creative_id"
    _log_access = False
    _rates = {"click_rate": ("clicked", "delivered")}

    campaign_id = fields.Many2one(
        "email.campaign", "Campaign", required=True, readonly=True, ondelete="cascade"
    )
    creative_id = fields.Many2one(
        "email.creative",
        "Creative",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    assigned = _count("Assigned", "Customers for whom this creative was drawn.")
    sent = _count("Sent")
    delivered = _count("Delivered", "Accepted and not bounced so far.")
    opened = _count("Opened (Estimate)")
    clicked = _count("Clicked", "Customers with a click judged human.")
    unsubscribed = _count("Unsubscribed")
    orders = _count("Orders", "Orders that the messages are credited with.")
    revenue = fields.Monetary(readonly=True)
    click_rate = fields.Float(
        "Clicked (%)",
        compute="_compute_rates",
        digits=(5, 2),
        aggregator=None,
        help="Human clicks of delivered.",
    )
    comparison = fields.Char(
        "Difference (Points)",
        compute="_compute_comparison",
        help="Clicks of all assigned, less those of the first creative, in percentage"
        " points with a 95 % interval.",
    )

    _campaign_creative_uniq = models.Constraint(
        "UNIQUE(campaign_id, creative_id)", "A campaign has one row a creative."
    )

    @api.depends("clicked", "assigned", "campaign_id.creative_stats_ids.clicked")
    def _compute_comparison(self):
        for row in self:
            first = row.campaign_id.creative_stats_ids._by_creative()[:1]
            row.comparison = row._compare_with(first)

    def _by_creative(self):
        return self.sorted(lambda row: row.creative_id.id)

    def _compare_with(self, first):
        if self == first or not (self.assigned and first.assigned):
            return False
        found = two_proportions(
            self.clicked, self.assigned, first.clicked, first.assigned
        )
        return describe_interval(self.env, found)
