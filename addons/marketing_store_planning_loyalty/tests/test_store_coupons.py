from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.marketing_store_planning.tests.common import PlanningCase


@tagged("post_install", "-at_install")
class TestStoreCoupons(PlanningCase):
    """A code for each drop; what is ordered with it is the drop's result."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = fields.Date.today()
        cls.company_a.marketing_plan_partner_id = cls.env["res.partner"].create(
            {"name": "Own direct mail"}
        )
        cls.plan = cls.new_plan(
            "Sent",
            period_start=cls.today - timedelta(days=40),
            period_end=cls.today + timedelta(days=40),
        )
        cls.wave = cls.new_wave("Week 1", date_start=cls.today - timedelta(days=3))
        cls.first = cls.new_line("E1", 600, wave_id=cls.wave.id)
        cls.second = cls.new_line("W1", 2, wave_id=cls.wave.id)
        cls.left_out = cls.new_line("E2", 9, is_included=False)
        manager = cls.users["manager"]
        cls.managed = cls.plan.with_user(manager).with_company(cls.company_a)
        cls.managed.action_approve()
        cls.goods = cls.env["product.product"].create(
            {"name": "Shoes", "type": "consu", "list_price": 100, "taxes_id": False}
        )
        cls.cards = cls.env["loyalty.card"]
        cls.results = cls.env["store.campaign.result"]

    def create_codes(self, role="manager", **values):
        wizard = self.as_user(role, self.env["campaign.plan.coupons"]).create(
            {"plan_id": self.plan.id, **values}
        )
        wizard.action_create()
        return self.cards.search(
            [("campaign_plan_line_id", "in", self.plan.line_ids.ids)],
            order="marketing_store_id",
        )

    def buy(self, card, customer="Ann", confirm=True):
        partner = self.env["res.partner"].create({"name": customer})
        order = self.env["sale.order"].create(
            {
                "company_id": self.company_a.id,
                "partner_id": partner.id,
                "pricelist_id": False,
                "order_line": [
                    Command.create({"product_id": self.goods.id, "price_unit": 100})
                ],
            }
        )
        found = order._try_apply_code(card.code)
        self.assertNotIn("error", found)
        for coupon, rewards in found.items():
            order._apply_program_reward(rewards, coupon)
        if confirm:
            order.action_confirm()
        return order

    def test_a_code_a_drop_with_a_use_a_piece(self):
        first, second = self.create_codes(discount=20)
        self.assertEqual(first.campaign_plan_line_id, self.first)
        self.assertRegex(first.code, r"^E1-[2-9A-HJKMNP-Z]{5}$")
        self.assertEqual((first.points, second.points), (600, 2))
        self.assertEqual(
            first.expiration_date, self.wave.date_start + timedelta(days=60)
        )
        self.assertEqual(first.program_id.company_id, self.company_a)
        self.assertEqual(first.program_id.reward_ids.discount, 20)
        self.assertEqual(self.plan.coupon_count, 2)
        self.assertEqual(self.create_codes(), first + second)
        self.assertEqual(self.as_user("east", self.first).coupon_code, first.code)
        order = self.managed._create_orders("wave").sudo()
        self.assertIn(f"Coupon code: {first.code}", order.order_line[0].name)

    def test_another_version_has_codes_for_what_is_new(self):
        first, second = self.create_codes()
        self.managed.action_reopen()
        self.first.quantity = 700
        self.second.creative_id = self.fall
        self.managed.action_approve()
        cards = self.create_codes()
        self.assertEqual(len(cards), 3)
        self.assertEqual((first.points, first.printed_pieces), (700, 700))
        self.assertEqual((cards - first - second).store_creative_id, self.fall)

    def test_what_is_ordered_with_a_code_is_the_result_of_the_drop(self):
        first, second = self.create_codes()
        self.managed._create_orders("wave").sudo().action_confirm()
        self.buy(first)
        self.buy(first, "Bob", confirm=False)
        returned = self.buy(first, "Cid")
        self.refund(returned)
        self.results._fill(self.company_a.id)
        found = self.results.search([("source_key", "!=", False)], order="store_id")
        self.assertEqual(found.mapped("source"), ["coupon", "coupon"])
        result = found[0]
        self.assertEqual(result.store_id, self.stores["E1"])
        self.assertEqual((result.responses, result.conversions), (2, 1))
        self.assertAlmostEqual(result.revenue, 90, msg="net of 10 % and of the refund")
        self.assertEqual(result.incomplete, "open")
        self.assertEqual(first.points, 598)
        self.assertEqual(found[1].responses, 0)

    def refund(self, order):
        accounts = self.env["account.account"].with_company(self.company_a)
        income, receivable = accounts.create(
            [
                {"name": "Sales", "code": "MM4000", "account_type": "income"},
                {
                    "name": "Receivable",
                    "code": "MM1200",
                    "account_type": "asset_receivable",
                    "reconcile": True,
                },
            ]
        )
        journal = self.env["account.journal"].create(
            {
                "name": "Sales",
                "code": "MMS",
                "type": "sale",
                "company_id": self.company_a.id,
                "default_account_id": income.id,
            }
        )
        partner = order.partner_id.with_company(self.company_a)
        partner.property_account_receivable_id = receivable
        line = {
            "name": "Refund",
            "quantity": 1,
            "price_unit": 90,
            "account_id": income.id,
            "tax_ids": [Command.clear()],
            "sale_line_ids": [Command.set(order.order_line[:1].ids)],
        }
        moves = self.env["account.move"].with_company(self.company_a)
        moves.create(
            {
                "move_type": "out_refund",
                "partner_id": partner.id,
                "journal_id": journal.id,
                "currency_id": self.company_a.currency_id.id,
                "invoice_date": self.today,
                "invoice_line_ids": [Command.create(line)],
            }
        ).action_post()

    def test_a_code_is_not_used_more_often_than_printed(self):
        _first, second = self.create_codes()
        for customer in ("Ann", "Bob"):
            self.buy(second, customer)
        with self.assertRaises(AssertionError):
            self.buy(second, "Cid")

    def test_who_may_and_when(self):
        for role in ("user", "analyst", "east", "sales"):
            with self.assertRaises(AccessError):
                self.create_codes(role)
        with self.assertRaisesRegex(UserError, "above 0 and at most 100"):
            self.create_codes(discount=0)
        self.managed.action_reopen()
        with self.assertRaisesRegex(UserError, "is Draft by now"):
            self.create_codes()
        self.assertFalse(self.plan.coupon_count)

    def test_codes_of_another_company_tell_nothing(self):
        first, _second = self.create_codes()
        self.managed._create_orders("wave").sudo().action_confirm()
        self.buy(first)
        self.assertEqual(self.results._fill(self.company_b.id), (0, 0))
        stranger = self.new_user("manager", self.company_b)
        with self.assertRaises(AccessError):
            self.env["campaign.plan.coupons"].with_user(stranger).create(
                {"plan_id": self.plan.id}
            ).action_create()
