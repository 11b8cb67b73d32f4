from datetime import date

from odoo.tests import new_test_user

from odoo.addons.marketing_base.tests.common import MarketingCase

REGIONAL = "marketing_store_planning.group_regional_manager"
SALES = "sales_team.group_sale_salesman"


class PlanningCase(MarketingCase):
    """Two regions with a manager each, three stores, two creatives, one plan.

    All of company A; company B has a store and a plan of its own.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        for role, group in (("east", REGIONAL), ("west", REGIONAL), ("sales", SALES)):
            cls.users[role] = new_test_user(
                cls.env,
                f"plan_{role}",
                group,
                company_id=cls.company_a.id,
                company_ids=[(6, 0, cls.company_a.ids)],
            )
        cls.regions = {
            side: cls.env["marketing.store.region"].create(
                {
                    "name": side.title(),
                    "market": "Home",
                    "company_id": cls.company_a.id,
                    "user_ids": [(6, 0, cls.users[side].ids)],
                }
            )
            for side in ("east", "west")
        }
        cls.mall = cls.env["marketing.store.type"].create({"name": "Mall"})
        cls.stores = {
            number: cls.new_store(number, region)
            for number, region in (("E1", "east"), ("E2", "east"), ("W1", "west"))
        }
        cls.spring = cls.new_creative("Spring", [(0, 0.5), (1000, 0.4)])
        cls.fall = cls.new_creative("Fall", [(0, 0.6)])
        cls.plan = cls.new_plan("March")
        cls.foreign_store = cls.env["marketing.store"].create(
            {"number": "B1", "name": "Elsewhere", "company_id": cls.company_b.id}
        )
        cls.foreign_plan = cls.new_plan("Foreign", cls.company_b)

    @classmethod
    def new_store(cls, number, region="east", **values):
        return cls.env["marketing.store"].create(
            {
                "number": number,
                "name": f"Store {number}",
                "region_id": cls.regions[region].id,
                "store_type_id": cls.mall.id,
                "company_id": cls.company_a.id,
                **values,
            }
        )

    @classmethod
    def new_creative(cls, name, breaks=(), **values):
        """Return a creative whose printer asks ``breaks``: (from quantity, price)."""
        printer = cls.env["res.partner"].create({"name": f"Printer of {name}"})
        product = cls.env["product.product"].create(
            {
                "name": f"Piece {name}",
                "type": "consu",
                "seller_ids": [
                    (
                        0,
                        0,
                        {
                            "partner_id": printer.id,
                            "min_qty": least,
                            "price": price,
                            "company_id": False,
                            "currency_id": cls.company_a.currency_id.id,
                        },
                    )
                    for least, price in breaks
                ],
            }
        )
        return cls.env["store.creative"].create(
            {
                "name": name,
                "product_id": product.id,
                "state": "active",
                "company_id": cls.company_a.id,
                **values,
            }
        )

    @classmethod
    def new_plan(cls, name, company=None, **values):
        return cls.env["campaign.plan"].create(
            {
                "name": name,
                "company_id": (company or cls.company_a).id,
                "period_start": date(2026, 3, 1),
                "period_end": date(2026, 3, 31),
                **values,
            }
        )

    @classmethod
    def new_wave(cls, name, plan=None, **values):
        plan = plan or cls.plan
        return cls.env["campaign.plan.wave"].create(
            {"name": name, "plan_id": plan.id, **values}
        )

    @classmethod
    def new_line(cls, number, quantity=100, creative=None, **values):
        return cls.env["campaign.plan.line"].create(
            {
                "plan_id": cls.plan.id,
                "store_id": cls.stores[number].id,
                "creative_id": (creative or cls.spring).id,
                "quantity": quantity,
                **values,
            }
        )

    @classmethod
    def advise(cls, number, quantity=100, creative=None, status="auto", **values):
        """Return a line as it comes from the matrix: recommended and taken over."""
        creative = creative or cls.spring
        return cls.new_line(
            number,
            quantity,
            creative,
            ai_status=status,
            is_included=status != "skip",
            recommended_creative_id=creative.id,
            recommended_quantity=quantity,
            recommended_status=status,
            **values,
        )

    @classmethod
    def new_result(cls, number, creative=None, **values):
        return cls.env["store.campaign.result"].create(
            {
                "store_id": cls.stores[number].id,
                "creative_id": (creative or cls.spring).id,
                "period_start": date(2026, 1, 1),
                "period_end": date(2026, 1, 31),
                **values,
            }
        )

    @classmethod
    def set_contacts(cls):
        """Who direct mail is sold to, and who prints it."""
        contacts = cls.env["res.partner"]
        cls.own = contacts.create({"name": "Own direct mail"})
        cls.printer = contacts.create(
            {"name": "The Printer", "email": "print@printer.example"}
        )
        cls.company_a.write(
            {
                "marketing_plan_partner_id": cls.own.id,
                "marketing_plan_printer_id": cls.printer.id,
            }
        )

    @classmethod
    def new_order(cls, *rows, **values):
        """Return an order of ``rows``, (store number, pieces), by the company."""
        lines = [
            {
                **cls.stores[number]._prepare_order_line(cls.spring),
                "product_uom_qty": pieces,
                "price_unit": 0.5,
            }
            for number, pieces in rows
        ]
        return cls.env["sale.order"].create(
            {
                "company_id": cls.company_a.id,
                "partner_id": cls.own.id,
                "partner_shipping_id": cls.printer.id,
                "user_id": False,
                "is_direct_mail": True,
                "order_line": [(0, 0, line) for line in lines],
                **values,
            }
        )

    def as_user(self, role, records):
        """Return ``records`` as this user sees them, in the user's own company."""
        user = self.users[role]
        context = {"allowed_company_ids": user.company_id.ids, "tracking_disable": True}
        return records.with_user(user).with_context(**context)
