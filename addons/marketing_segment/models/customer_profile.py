from odoo import fields, models

from odoo.addons.marketing_engine import rfm

RFM_SEGMENTS = [(key, segment.label) for key, segment in rfm.SEGMENTS.items()]


class CustomerProfile(models.Model):
    """What a customer bought from one company, one row a commercial partner.

    Only the set-based refresh writes here; every row can be dropped and rebuilt.
    """

    _name = "customer.profile"
    _inherit = "marketing.named.customer"
    _description = "Customer Profile"
    _rec_name = "partner_id"
    _order = "monetary desc, revenue desc, id"
    _log_access = False

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade"
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    order_count = fields.Integer(
        "Orders", readonly=True, help="Confirmed orders of all time."
    )
    revenue = fields.Monetary(
        readonly=True,
        help="Untaxed total of confirmed orders minus posted refunds, in the company's "
        "currency at the rate of each order.",
    )
    average_order = fields.Monetary(
        "Average Order",
        readonly=True,
        aggregator="avg",
        help="Revenue divided by the number of orders.",
    )
    first_order_date = fields.Datetime(
        "First Order", readonly=True, help="When the first order was confirmed."
    )
    last_order_date = fields.Datetime(
        "Last Order", readonly=True, help="When the latest order was confirmed."
    )
    acquisition_date = fields.Date(
        "Customer Since", readonly=True, help="Day of the first confirmed order."
    )
    recency_days = fields.Integer(
        "Days Since Last Order",
        readonly=True,
        aggregator="avg",
        help="Whole days since the latest confirmed order.",
    )
    frequency = fields.Integer(
        "Orders, 365 Days",
        readonly=True,
        help="Confirmed orders of the last 365 days.",
    )
    monetary = fields.Monetary(
        "Revenue, 365 Days",
        readonly=True,
        help="Untaxed total of the orders of the last 365 days minus their refunds.",
    )
    recency_score = fields.Integer(
        "Recency Score",
        readonly=True,
        aggregator="avg",
        help="How lately the customer bought, next to all others: 5 is the fifth with "
        "the latest orders, 1 the fifth that is silent longest. A company may fix "
        "limits of its own instead.",
    )
    frequency_score = fields.Integer(
        "Frequency Score",
        readonly=True,
        aggregator="avg",
        help="How often the customer bought in 365 days, next to all others: 5 is the "
        "fifth with the most orders.",
    )
    monetary_score = fields.Integer(
        "Monetary Score",
        readonly=True,
        aggregator="avg",
        help="How much the customer brought in 365 days, next to all others: 5 is the "
        "fifth with the highest revenue.",
    )
    rfm_code = fields.Char(
        "RFM Code",
        readonly=True,
        help="Recency, frequency and monetary score from 1 (lowest) to 5 (best).",
    )
    rfm_segment = fields.Selection(
        RFM_SEGMENTS,
        "RFM Segment",
        readonly=True,
        help="One of ten groups, by the three scores together: how lately, how often "
        "and for how much the customer bought.",
    )
    favourite_category_id = fields.Many2one(
        "product.category",
        "Favourite Category",
        readonly=True,
        ondelete="set null",
        help="Category with the most revenue in 365 days, else ever.",
    )
    refreshed_at = fields.Datetime(
        "Updated On", readonly=True, help="When one of these figures changed last."
    )

    # A constraint, not a unique index: merging contacts looks for constraints to know
    # that two profiles of one customer cannot both stay.
    _partner_company_uniq = models.Constraint(
        "UNIQUE(partner_id, company_id)", "A customer has one profile in a company."
    )
    _segment_idx = models.Index("(company_id, rfm_segment)")
    _category_idx = models.Index("(favourite_category_id)")

    def init(self):
        """Leave room on each page for the next version of its rows.

        A refresh then touches no index, as long as segment and category stay.
        """
        self.env.cr.execute("ALTER TABLE customer_profile SET (fillfactor = 85)")
