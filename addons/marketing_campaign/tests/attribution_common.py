from datetime import datetime

from odoo import Command

from .campaign_common import CampaignCase

ORDERED = datetime(2026, 6, 10, 12, 0)


class AttributionCase(CampaignCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.anna = cls._create_customers("anna@x.example")
        cls.product = cls.env["product.product"].create(
            {"name": "Ham", "list_price": 100, "taxes_id": False}
        )
        cls.campaigns = cls._create_campaign(name="One") | cls._create_campaign(
            name="Two"
        )
        cls.one, cls.two = cls.campaigns
        cls.env.cr.execute("DELETE FROM marketing_attribution_dirty")

    def _order(self, partner=None, amount=100, company=None, **values):
        company = company or self.company
        order = (
            self.env["sale.order"]
            .with_company(company)
            .create(
                {
                    "partner_id": (partner or self.anna).id,
                    "company_id": company.id,
                    "order_line": [Command.create(self._prepare_line(amount))],
                }
            )
        )
        order.write({"state": "sale", "date_order": ORDERED, **values})
        return order

    def _prepare_line(self, amount):
        return {
            "product_id": self.product.id,
            "price_unit": amount,
            "tax_ids": [Command.clear()],
        }

    def _click(self, campaign, when, verdict="human", partner=None, company=None):
        self.env.flush_all()
        self.env.cr.execute(
            """WITH row AS (
                   INSERT INTO campaign_recipient (company_id, campaign_id, customer_id,
                                                   address_key)
                   VALUES (%(company)s, %(campaign)s, %(partner)s,
                           gen_random_uuid()::text) RETURNING *)
               INSERT INTO delivery_click (recipient_id, campaign_id, customer_id,
                                           company_id, source_id, event_id, clicked_at,
                                           verdict)
               SELECT id, campaign_id, customer_id, company_id, 'test', send_key,
                      %(when)s, %(verdict)s FROM row""",
            {
                "company": (company or self.company).id,
                "campaign": campaign.id,
                "partner": (partner or self.anna).id,
                "when": when,
                "verdict": verdict,
            },
        )

    def _refresh(self):
        return self.env["marketing.attribution"]._refresh_dirty()

    def _credited(self, order):
        self.env.invalidate_all()
        return self.env["marketing.attribution"].search([("order_id", "=", order.id)])
