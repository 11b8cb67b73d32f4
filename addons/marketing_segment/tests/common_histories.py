import random
from datetime import datetime, time, timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tools import SQL

from .common import SegmentCase

ZONES = ("Europe/Brussels", "America/New_York", "Asia/Kolkata")
CITIES = ("Ghent", " ghent ", "Bruges", None)


class HistoryCase(SegmentCase):
    """Orders written by SQL: hundreds of them in the time of ten."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # a test that runs over midnight would compare two days
        cls.startClassPatcher(
            patch.object(fields.Date, "today", staticmethod(lambda: cls.today))
        )
        cls.random = random.Random(5)
        cls.cheese = cls.env["product.category"].create({"name": "Cheese"})
        cls.goods = cls.env["product.product"].create(
            [
                {"name": f"P{number}", "categ_id": category.id, "type": "service"}
                for number in range(4)
                for category in (cls.wine, cls.bread, cls.cheese)
            ]
        )
        cls.sources = cls.env["utm.source"].create([{"name": "S1"}, {"name": "S2"}])
        cls.utm_campaigns = cls.env["utm.campaign"].create([{"name": "U1"}])

    @classmethod
    def _moment(cls, days, hour=12, minute=0):
        return datetime.combine(cls.today - timedelta(days=days), time(hour, minute))

    @classmethod
    def _sell(cls, partner, at, *lines, **values):
        """Insert a confirmed order; return its id.

        Lines are (product, quantity, unit price, discount, unit cost), the last two
        optional.
        """
        company = values.get("company", cls.company_a)
        lines = [(*line, *(0, 0)[len(line) - 3 :]) for line in lines]
        amounts = [
            round(quantity * price * (1 - discount / 100), 2)
            for _product, quantity, price, discount, _cost in lines
        ]
        shipping = values.get("shipping", partner)
        ((order_id,),) = cls.env.execute_query(
            SQL(
                """INSERT INTO sale_order (name, partner_id, partner_invoice_id,
                       partner_shipping_id, company_id, currency_id, currency_rate,
                       state, date_order, amount_untaxed, source_id, campaign_id)
                   VALUES ('T', %s, %s, %s, %s, %s, %s, 'sale', %s, %s, %s, %s)
                   RETURNING id""",
                partner.id,
                partner.id,
                shipping.id,
                company.id,
                values.get("currency", company.currency_id).id,
                values.get("rate", 1),
                at,
                sum(amounts),
                values.get("source_id"),
                values.get("campaign_id"),
            )
        )
        for (product, quantity, price, discount, cost), amount in zip(
            lines, amounts, strict=True
        ):
            cls.env.cr.execute(
                """INSERT INTO sale_order_line (order_id, company_id, product_id,
                       product_uom_id, name, product_uom_qty, price_unit, discount,
                       price_subtotal, purchase_price, customer_lead, state)
                   VALUES (%s, %s, %s, %s, 'T', %s, %s, %s, %s, %s, 0, 'sale')""",
                [order_id, company.id, product.id, product.uom_id.id, quantity, price]
                + [discount, amount, cost],
            )
        return order_id

    # === RANDOM HISTORIES ===#

    @classmethod
    def _make_people(cls, number):
        pick = cls.random.choice
        countries = cls.env.ref("base.be") | cls.env.ref("base.in")
        domains = ("gmail.com", "yahoo.de", "shop.example", "me.com")
        return cls.env["res.partner"].create(
            [
                {
                    "name": f"H{index}",
                    "tz": pick([*ZONES, False]),
                    "country_id": pick([*countries.ids, False]),
                    "city": pick(CITIES),
                    "email": pick([f"h{index}@{pick(domains)}", False]),
                }
                for index in range(number)
            ]
        )

    @classmethod
    def _make_order(cls, partner, days=None):
        pick, number = cls.random.choice, cls.random.random
        if days is None:
            days = int(800 * number() ** 2)
        lines = [
            (
                pick(cls.goods),
                pick([1, 1, 2, 3, 5]),
                round(1 + 20 * number(), 2),
                pick([0, 0, 0, 5, 20]),
                pick([0, 0.5, 1]),
            )
            for _line in range(pick([1, 1, 2, 3]))
        ]
        if number() < 0.1:  # a coupon
            lines.append((cls.goods[0], 1, -round(2 * number(), 2), 0, 0))
        return cls._sell(
            partner,
            cls._moment(days, pick(range(24)), pick(range(60))),
            *lines,
            rate=pick([1, 1, 0.5]),
            source_id=pick([None, *cls.sources.ids]),
            campaign_id=pick([None, *cls.utm_campaigns.ids]),
        )
