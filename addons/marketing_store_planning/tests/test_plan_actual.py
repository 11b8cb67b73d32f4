from odoo.tests import tagged

from .common import PlanningCase


@tagged("post_install", "-at_install")
class TestPlanActual(PlanningCase):
    """Recommended, planned, ordered, delivered and what came of it, with reasons."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company_a.marketing_plan_partner_id = cls.env["res.partner"].create(
            {"name": "Own direct mail"}
        )
        cls.stores["E2"].households = 300
        cls.rates = {"expected_rate": 0.02, "conversion_value": 50}
        cls.first = cls.advise("E1", 600, **cls.rates)
        cls.capped = cls.advise("E2", 400, **cls.rates)
        cls.out = cls.advise("W1", 200, status="skip")
        cls.capped.with_user(cls.users["user"]).write(
            {"quantity": 300, "override_reason": "Only 300 homes"}
        )
        cls.manager_plan = cls.plan.with_user(cls.users["manager"]).with_company(
            cls.company_a
        )

    def order(self):
        self.manager_plan.action_approve()
        return self.manager_plan._create_orders("wave").sudo()

    def rows(self, role=None):
        actual = self.env["campaign.plan.actual"]
        actual = self.as_user(role, actual) if role else actual
        self.env.flush_all()
        actual.invalidate_model()
        found = actual.search(self.plan.action_open_actual()["domain"])
        return {(row.store_id.number, row.creative_id.name): row for row in found}

    def test_from_the_plan_to_the_result(self):
        rows = self.rows()
        row = rows["E1", "Spring"]
        self.assertEqual((row.recommended_quantity, row.planned_quantity), (600, 600))
        self.assertEqual((row.ordered_quantity, row.incomplete), (0, "none"))
        self.assertEqual(row.variance_text, "Not ordered yet.")
        out = rows["W1", "Spring"]
        self.assertEqual((out.planned_quantity, out.incomplete), (0, False))
        self.assertEqual(out.variance_text, "Left out of the plan.")
        order = self.order()
        row = self.rows()["E1", "Spring"]
        self.assertEqual((row.waiting_quantity, row.ordered_quantity), (600, 0))
        self.assertIn("waits for its confirmation", row.variance_text)
        order.action_confirm()
        row = self.rows()["E1", "Spring"]
        self.assertEqual((row.ordered_quantity, row.delivered_quantity), (600, 0))
        self.assertEqual(row.variance_text, "Responses: no data yet.")
        order.print_state = "delivered"
        order.order_line[0].product_uom_qty = 650
        self.env["store.campaign.result"]._fill(self.company_a.id)
        row = self.rows()["E1", "Spring"]
        self.assertEqual((row.delivered_quantity, row.quantity_variance), (650, 50))
        order.order_line[0].qty_delivered = 640
        self.assertEqual(self.rows()["E1", "Spring"].delivered_quantity, 640)
        self.assertEqual((row.source, row.incomplete), ("order", "unknown"))
        self.assertIn("The order itself was changed.", row.variance_text)
        self.assertIn("Responses: not measured.", row.variance_text)

    def test_a_complete_result_is_held_against_the_expectation(self):
        self.order().action_confirm()
        self.new_result(
            "E1",
            pieces=600,
            conversions=9,
            revenue=450,
            cost=240,
            plan_line_id=self.first.id,
        )
        row = self.rows()["E1", "Spring"]
        self.assertEqual((row.conversions, row.conversions_variance), (9, -3))
        self.assertAlmostEqual(row.revenue_variance, -150)
        self.assertAlmostEqual(row.profit, 450 * 0.3 - 240)
        self.assertIn("Revenue 75 % of what was expected", row.variance_text)
        self.assertFalse(row.incomplete)
        sums = self.env["campaign.plan.actual"]._read_group(
            [("plan_id", "=", self.plan.id)],
            [],
            ["planned_quantity:sum", "revenue:sum"],
        )
        self.assertEqual(sums, [(900, 450)])

    def test_overrides_and_caps_are_named(self):
        row = self.rows()["E2", "Spring"]
        self.assertIn("Only 300 homes", row.variance_text)
        self.assertIn("Capped at the households", row.variance_text)
        self.assertEqual(row.override_user_id, self.users["user"])

    def test_a_creative_of_an_earlier_version_has_a_row_of_its_own(self):
        self.order().action_confirm()
        self.manager_plan.action_reopen()
        self.first.write({"creative_id": self.fall.id, "override_reason": "Better"})
        self.capped.quantity = 200
        rows = self.rows()
        earlier = rows["E1", "Spring"]
        self.assertTrue(earlier.is_earlier)
        self.assertEqual((earlier.planned_quantity, earlier.ordered_quantity), (0, 600))
        self.assertIn("earlier version", earlier.variance_text)
        now = rows["E1", "Fall"]
        self.assertEqual((now.planned_quantity, now.ordered_quantity), (600, 0))
        self.assertIn("Recommended was “Spring”", now.variance_text)
        less = rows["E2", "Spring"]
        self.assertEqual(less.quantity_variance, 100)
        self.assertIn("before the plan was opened again", less.variance_text)
        self.assertEqual(len(set(rows.values())), 4)

    def test_who_sees_what(self):
        self.assertEqual(set(self.rows("east")), {("E1", "Spring"), ("E2", "Spring")})
        for role in ("analyst", "user", "manager"):
            self.assertEqual(len(self.rows(role)), 3)
        actual = self.env["campaign.plan.actual"]
        stranger = self.new_user("manager", self.company_b)
        self.assertFalse(
            actual.with_user(stranger).search([("plan_id", "=", self.plan.id)])
        )
        self.assertFalse(self.as_user("sales", actual).has_access("read"))
        for right in ("write", "create", "unlink"):
            self.assertFalse(self.as_user("manager", actual).has_access(right))
