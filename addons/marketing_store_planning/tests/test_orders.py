from datetime import datetime

from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import PlanningCase


@tagged("post_install", "-at_install")
class TestOrders(PlanningCase):
    """An approved plan becomes orders: each part of a version exactly once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.own = cls.env["res.partner"].create({"name": "Own direct mail"})
        cls.printer = cls.env["res.partner"].create({"name": "The Printer"})
        cls.company_a.write(
            {
                "marketing_plan_partner_id": cls.own.id,
                "marketing_plan_printer_id": cls.printer.id,
            }
        )
        cls.stores["E1"].partner_id = cls.env["res.partner"].create(
            {"name": "E1", "street": "1 Elm Street", "city": "Fresno"}
        )
        cls.weeks = cls.new_wave("Week 1", date_start="2026-03-02") + cls.new_wave(
            "Week 2", sequence=20
        )
        cls.lines = (
            cls.new_line("E1", 600, wave_id=cls.weeks[0].id)
            + cls.new_line("E2", 400, wave_id=cls.weeks[0].id)
            + cls.new_line("W1", 200, cls.fall, wave_id=cls.weeks[1].id)
        )
        cls.left_out = cls.new_line("W1", 50, is_included=False)

    def approve(self):
        plan = self.as_user("manager", self.plan)
        plan.action_approve()
        return plan

    def orders_of(self, grouping="wave"):
        """Return the orders as the superuser sees them."""
        return self.as_user("manager", self.plan)._create_orders(grouping).sudo()

    def test_one_order_a_wave(self):
        plan = self.approve()
        first, second = self.orders_of()
        self.assertEqual(plan.state, "executed")
        self.assertEqual(
            (first.partner_id, first.partner_shipping_id), (self.own, self.printer)
        )
        self.assertEqual(
            (first.campaign_plan_id, first.campaign_wave_id), (plan, self.weeks[0])
        )
        self.assertEqual(first.commitment_date, datetime(2026, 3, 2, 12))
        self.assertFalse(second.commitment_date or first.user_id)
        self.assertEqual(first.order_line.mapped("product_uom_qty"), [600, 400])
        self.assertEqual(
            first.order_line.store_id, self.stores["E1"] + self.stores["E2"]
        )
        self.assertEqual(first.order_line.store_creative_id, self.spring)
        self.assertAlmostEqual(first.amount_untaxed, 400, msg="1,000 at 0.40")
        self.assertAlmostEqual(second.amount_untaxed, 120)
        self.assertEqual(
            sum((first + second).mapped("amount_untaxed")), plan.total_cost
        )
        self.assertIn("1 Elm Street, Fresno", first.order_line[0].name)
        self.assertEqual(first.origin, "March")
        self.assertTrue(first.is_direct_mail)

    def test_other_groupings(self):
        self.approve()
        order = self.orders_of("master")
        self.assertEqual(len(order.order_line), 3)
        self.assertFalse(order.campaign_wave_id)

    def test_one_order_a_creative(self):
        self.approve()
        orders = self.orders_of("creative")
        creatives = [order.order_line.store_creative_id for order in orders]
        self.assertEqual(creatives, [self.spring, self.fall])

    def test_twice_makes_no_second_order(self):
        self.approve()
        first = self.orders_of()
        self.assertEqual(self.orders_of(), first)
        self.assertEqual(self.plan.order_count, 2)

    def test_what_is_missing_after_a_crash_is_made(self):
        self.approve()
        first, second = self.orders_of()
        # as if the process had died between the two
        execution = self.env["campaign.plan.execution"].search(
            [("order_id", "=", second.id)]
        )
        execution.unlink()
        second._action_cancel()
        second.unlink()
        again = self.orders_of()
        self.assertEqual(again[0], first)
        self.assertEqual(again[1].order_line.product_uom_qty, 200)

    def test_the_database_refuses_a_second_row(self):
        self.approve()
        self.orders_of()
        row = self.env["campaign.plan.execution"].search([], limit=1, order="id desc")
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"):
            row.copy()

    def test_a_version_is_ordered_in_one_way_only(self):
        self.approve()
        self.orders_of()
        with self.assertRaisesRegex(UserError, "was ordered as “One order a wave”"):
            self.orders_of("master")

    def test_only_approved_plans_and_only_by_managers(self):
        with self.assertRaisesRegex(UserError, "is Draft by now"):
            self.orders_of()
        self.approve()
        for role in ("user", "east", "sales"):
            with self.assertRaises(AccessError):
                self.as_user(role, self.plan)._create_orders("wave")
        self.assertFalse(self.plan.order_count)

    def test_without_a_contact_nothing_is_made(self):
        self.approve()
        self.company_a.marketing_plan_partner_id = False
        with self.assertRaisesRegex(UserError, "Choose the contact"):
            self.orders_of()
        self.assertEqual(self.plan.state, "approved")

    def test_stores_are_billed(self):
        payer = self.env["res.partner"].create({"name": "Franchise"})
        self.stores["E2"].partner_billing_id = payer
        self.approve()
        with self.assertRaisesRegex(UserError, "W1 Store W1 has no billing address"):
            self.orders_of("store")
        self.stores["W1"].partner_id = self.own
        orders = self.orders_of("store")
        self.assertEqual(len(orders), 3)
        self.assertEqual(
            set(orders.partner_id), {self.stores["E1"].partner_id, payer, self.own}
        )

    def test_reopening_cancels_drafts_and_subtracts_what_is_confirmed(self):
        plan = self.approve()
        first, second = self.orders_of()
        first.action_confirm()
        plan.action_reopen()
        self.assertEqual((first.state, second.state), ("sale", "cancel"))
        self.lines[0].quantity = 700
        self.lines[2].quantity = 300
        plan.action_approve()
        again = self.orders_of() - first - second
        self.assertEqual(
            {(line.store_id, line.product_uom_qty) for line in again.order_line},
            {(self.stores["E1"], 100), (self.stores["W1"], 300)},
        )
        self.assertEqual(set(again.mapped("campaign_plan_version")), {2})

    def test_another_creative_after_the_confirmation_is_ordered_whole(self):
        plan = self.approve()
        self.orders_of().action_confirm()
        plan.action_reopen()
        self.lines[0].creative_id = self.fall
        plan.action_approve()
        fresh = self.orders_of().filtered(lambda order: order.state == "draft")
        self.assertEqual(fresh.order_line.mapped("product_uom_qty"), [600])

    def test_the_wizard_shows_what_it_will_make(self):
        self.approve()
        wizard = (
            self.as_user("manager", self.env["campaign.plan.execute"])
            .with_context(default_plan_id=self.plan.id)
            .create({})
        )
        self.assertEqual(wizard.grouping, "wave")
        parts = wizard.part_ids
        self.assertEqual(parts.mapped("name"), [w.display_name for w in self.weeks])
        self.assertEqual(parts.mapped("store_count"), [2, 1])
        self.assertEqual((wizard.order_count, wizard.total_quantity), (2, 1200))
        self.assertAlmostEqual(wizard.total_cost, 520)
        wizard.grouping = "master"
        self.assertEqual(wizard.part_ids.mapped("name"), ["March"])
        wizard.grouping = "wave"
        wizard.action_create()
        self.assertEqual(wizard.plan_id.sudo().order_count, 2)
        wizard.invalidate_recordset()
        self.assertEqual(wizard.existing_count, 2)

    def test_the_wizard_bills_stores_where_the_company_does(self):
        self.company_a.marketing_plan_bill_stores = True
        self.approve()
        wizard = (
            self.as_user("manager", self.env["campaign.plan.execute"])
            .with_context(default_plan_id=self.plan.id)
            .create({})
        )
        self.assertEqual(wizard.grouping, "store")

    def test_salespeople_see_and_edit_the_orders(self):
        self.approve()
        order = self.as_user("sales", self.orders_of()[0])
        self.assertEqual(order.campaign_plan_id.name, "March")
        order.client_order_ref = "P-77"
        self.assertEqual(order.order_line[0].store_id.name, "Store E1")

    def test_an_order_keeps_its_plan(self):
        plan = self.approve()
        self.orders_of()
        plan.action_reopen()
        with self.assertRaisesRegex(UserError, "has orders"):
            plan.unlink()
