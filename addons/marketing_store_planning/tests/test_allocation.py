from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .test_matrix import MatrixCase


@tagged("post_install", "-at_install")
class TestAllocation(MatrixCase):
    """A plan of the matrix of five stores, one of them overridden."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.allocations = cls.env["campaign.plan.allocation"]

    def new_plan_of_matrix(self):
        self.compute()
        matrix = self.as_user("user", self.matrix)
        plan = self.env["campaign.plan"].browse(matrix.create_plan())
        own = plan.line_ids.filtered(lambda line: line.store_id.number == "E1")
        own.write({"quantity": 700, "override_reason": "Roadworks"})
        return plan

    def ask(self, plan, role="user"):
        action = self.as_user(role, plan).action_open_budget()
        allocation = self.allocations.browse(action["res_id"])
        self.assertEqual(allocation.state, "waiting")
        self.pump("_pump_curve", allocation_id=allocation.id)
        return allocation

    def draft(self, allocation, budget, role="user"):
        self.as_user(role, allocation).ask_draft(budget)
        user = self.users[role].id
        self.pump(
            "_pump_draft", allocation_id=allocation.id, budget=budget, user_id=user
        )
        return allocation.draft_id

    def pump(self, method, **values):
        self.env.flush_all()
        with self.enter_registry_test_mode():
            getattr(self.allocations, method)(**values)
        self.env.invalidate_all()

    def test_the_curve_and_a_draft_that_keeps_overrides(self):
        plan = self.new_plan_of_matrix()
        cost = plan.total_cost
        allocation = self.ask(plan)
        self.assertEqual((allocation.state, allocation.fixed_count), ("done", 1))
        points = allocation.curve["points"]
        profits = [point["profit"] for point in points]
        self.assertEqual(profits, sorted(profits))
        self.assertLess(points[0]["pieces"], points[-1]["pieces"])
        self.assertAlmostEqual(points[0]["budget"], allocation.fixed_cost, delta=1)
        budget = round(0.6 * cost)
        draft = self.draft(allocation, budget)
        self.assertEqual((draft.state, draft.budget), ("draft", budget))
        self.assertIn("what if", draft.name)
        self.assertLessEqual(draft.total_cost, budget)
        self.assertGreater(draft.total_cost, 0.8 * budget)
        own = draft.line_ids.filtered("is_overridden")
        self.assertEqual((own.store_id.number, own.quantity), ("E1", 700))
        self.assertEqual(own.override_reason, "Roadworks")
        rest = draft.line_ids - own
        self.assertTrue(any(line.quantity == 0 for line in rest) or len(rest) == 4)
        for line in rest:
            self.assertEqual(line.is_included, bool(line.quantity))
            self.assertEqual(line.recommended_rate, line.expected_rate)
            self.assertAlmostEqual(
                line.expected_conversions,
                line.quantity * line.expected_rate,
                delta=0.06,  # one digit is kept
            )
        self.assertAlmostEqual(plan.total_cost, cost, msg="the plan stays")
        self.assertLess(allocation.draft_gap, 0.05)

    def test_budgets_of_waves_hold(self):
        plan = self.new_plan_of_matrix()
        weeks = self.new_wave("Week 1", plan, budget=300) + self.new_wave(
            "Week 2", plan
        )
        for place, line in enumerate(plan.line_ids):
            line.wave_id = weeks[place % 2]
        draft = self.draft(self.ask(plan), 2500)
        self.assertLessEqual(draft.wave_ids[0].total_cost, 300 + 350)
        free = draft.line_ids.filtered(lambda line: not line.is_overridden)
        first = free.filtered(lambda line: line.wave_id == draft.wave_ids[0])
        fixed = (draft.line_ids - free).filtered(
            lambda line: line.wave_id == draft.wave_ids[0]
        )
        self.assertLessEqual(
            sum(first.filtered("is_included").mapped("cost")),
            max(300 - sum(fixed.mapped("cost")), 0) + 0.01,
        )

    def test_why_it_is_not_possible(self):
        plan = self.new_plan_of_matrix()
        allocation = self.ask(plan)
        for budget in (-1, "much", allocation.fixed_cost - 1):
            with self.assertRaises(UserError):
                self.as_user("user", allocation).ask_draft(budget)
        plan.line_ids.write({"quantity": 1, "override_reason": "All of them"})
        self.assertIn("Every line of the plan is fixed", self.ask(plan).message)
        with self.assertRaisesRegex(UserError, "no line yet"):
            self.as_user("user", self.plan).action_open_budget()

    def test_who_may(self):
        plan = self.new_plan_of_matrix()
        allocation = self.ask(plan)
        self.assertTrue(Form(self.as_user("analyst", allocation)))
        self.assertFalse(self.as_user("analyst", allocation).can_draft)
        for role in ("analyst", "east"):
            with self.assertRaises(AccessError):
                self.as_user(role, allocation).ask_draft(5000)
        with self.assertRaises(AccessError):
            self.as_user("user", allocation).budget = 1
        stranger = self.new_user("manager", self.company_b)
        self.assertFalse(self.allocations.with_user(stranger).search([]))
