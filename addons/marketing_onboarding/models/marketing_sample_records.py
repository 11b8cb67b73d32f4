from datetime import timedelta

from odoo import Command, fields, models

from .. import sample_shop
from ..sample_marks import DOMAIN


class MarketingSample(models.AbstractModel):
    """What the sample data consists of."""

    _inherit = "marketing.sample"

    def _make_customers(self, company):
        customers = self.env["res.partner"].create(
            [
                {
                    "name": self.env._(
                        "%(first)s %(last)s (sample)", first=first, last=last
                    ),
                    "email": f"{first}.{last}@{DOMAIN}".lower(),
                    "company_id": company.id,
                    "country_id": company.country_id.id,
                }
                for first, last in sample_shop.customers()
            ]
        )
        return self._mark(company, customers)

    def _make_products(self, company):
        """Services that are invoiced on delivery: nothing to pack, nothing to bill."""
        categories = self.env["product.category"].create(
            [{"name": self.env._(name)} for name in sample_shop.CATEGORIES.values()]
        )
        by_key = dict(zip(sample_shop.CATEGORIES, categories, strict=True))
        products = self.env["product.product"].create(
            [
                {
                    "name": self.env._(name),
                    "type": "service",
                    "invoice_policy": "delivery",
                    "categ_id": by_key[category].id,
                    "list_price": price,
                    "standard_price": price * sample_shop.COST_SHARE,
                    "company_id": company.id,
                    "taxes_id": [Command.clear()],
                    "supplier_taxes_id": [Command.clear()],
                }
                for category, name, price in sample_shop.PRODUCTS
            ]
        )
        self._mark(company, categories)
        return self._mark(company, products)

    def _make_orders(self, company, customers, products):
        """Orders confirmed by a plain write: no mail, no delivery, no number taken."""
        now = fields.Datetime.now()
        orders = self.env["sale.order"].create(
            [
                self._prepare_order(company, number, order, customers, products, now)
                for number, order in enumerate(sample_shop.orders(), start=1)
            ]
        )
        self._mark(company, orders)
        orders.write({"state": "sale"})
        self.env.flush_all()
        return orders

    def _prepare_order(self, company, number, order, customers, products, now):
        # an order of today would lie in the future of the morning
        date = (now - timedelta(days=order.days_ago)).replace(
            hour=order.hour, minute=number % 60, second=0, microsecond=0
        )
        return {
            "name": f"SAMPLE-{number:03d}",
            "company_id": company.id,
            "partner_id": customers[order.customer].id,
            "user_id": False,
            "sale_order_template_id": False,
            "date_order": date,
            "order_line": [
                Command.create(
                    {
                        "product_id": products[place].id,
                        "product_uom_qty": quantity,
                        "analytic_distribution": False,  # asks nobody, twice a line
                    }
                )
                for place, quantity in order.lines
            ],
        }

    def _make_segments(self, company):
        """One by scores, one by conditions; neither fills the event log."""
        kinds = ("at_risk", "cannot_lose", "hibernating")
        rfm = [self.env.ref(f"marketing_segment.rfm_segment_{kind}") for kind in kinds]
        segments = self.env["customer.segment"].create(
            [
                {
                    "name": self.env._("Worth winning back (sample)"),
                    "description": self.env._("Bought often, but not for half a year."),
                    "segment_type": "rfm",
                    "rfm_segment_ids": [Command.set([kind.id for kind in rfm])],
                    "company_id": company.id,
                    "track_members": False,
                },
                {
                    "name": self.env._("Regulars of this quarter (sample)"),
                    "description": self.env._(
                        "At least three orders, the last one within 90 days."
                    ),
                    "filter_domain": "['&', ('order_count', '>=', 3),"
                    " ('recency_days', '<=', 90)]",
                    "company_id": company.id,
                    "track_members": False,
                },
            ]
        )
        return self._mark(company, segments)

    def _make_campaign(self, company, segment):
        design = self.env.ref(
            "marketing_campaign.template_we_miss_you", raise_if_not_found=False
        )
        campaign = self.env["email.campaign"].create(
            {
                "name": self.env._("We kept your place (sample)"),
                "company_id": company.id,
                "segment_ids": [Command.set(segment.ids)],
                "template_id": design.id if design else False,
            }
        )
        return self._mark(company, campaign)
