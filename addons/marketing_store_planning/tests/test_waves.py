from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from ..wave_assignment import Load, Room, assign
from .common import PlanningCase


def load(key, pieces, cost=0.0, same=None):
    return Load((key,), pieces, cost, frozenset([same or key]))


def room(key, capacity=0, budget=0.0, pieces=0, same=()):
    return Room(key, capacity, budget, pieces, 0.0, frozenset(same))


@tagged("post_install", "-at_install")
class TestWaves(PlanningCase):
    """Stores are put into waves: never above a capacity or a budget."""

    def assign(self, mode, **values):
        wizard = self.as_user("user", self.env["campaign.plan.assign"]).create(
            {"plan_id": self.plan.id, "mode": mode, **values}
        )
        return wizard.action_assign()

    def test_in_order_fills_each_to_its_share(self):
        loads = [load(key, 10) for key in range(6)]
        found = assign(loads, [room(1), room(2), room(3)], in_order=True)
        self.assertEqual(list(found.values()), [1, 1, 2, 2, 3, 3])

    def test_capacities_are_shares_and_limits(self):
        loads = [load(key, 10) for key in range(6)]
        found = assign(loads, [room(1, 40), room(2, 20)], in_order=True)
        self.assertEqual(list(found.values()), [1, 1, 1, 1, 2, 2])
        found = assign(loads, [room(1, 20), room(2, 20)], in_order=True)
        self.assertEqual(len(found), 4, "two fit nowhere")

    def test_balanced_is_nearly_equal(self):
        loads = [load(key, pieces) for key, pieces in enumerate((70, 50, 40, 30, 10))]
        found = assign(loads, [room(1), room(2)], in_order=False)
        sums = {1: 0, 2: 0}
        for item in loads:
            sums[found[item.keys[0]]] += item.pieces
        self.assertEqual(sums, {1: 100, 2: 100})

    def test_what_is_there_and_a_budget_count(self):
        found = assign([load(1, 10)], [room(1, pieces=50), room(2)], in_order=False)
        self.assertEqual(found, {1: 2})
        loads = [load(1, 10, 60.0), load(2, 10, 60.0)]
        self.assertEqual(len(assign(loads, [room(1, budget=100)], in_order=True)), 1)

    def test_nothing_meets_itself(self):
        loads = [load(1, 10, same="a"), load(2, 10, same="a"), load(3, 10, same="a")]
        found = assign(loads, [room(1), room(2)], in_order=True)
        self.assertEqual(sorted(found.values()), [1, 2])
        found = assign(loads[:1], [room(1, same="a"), room(2)], in_order=True)
        self.assertEqual(found, {1: 2})

    def test_no_wave_no_assignment(self):
        self.assertEqual(assign([load(1, 10)], [], in_order=True), {})
        self.new_line("E1")
        self.assertEqual(self.assign("region")["params"]["type"], "warning")

    def test_regions_stay_together(self):
        weeks = self.new_wave("Week 1") + self.new_wave("Week 2", sequence=20)
        lines = self.new_line("E1") + self.new_line("E2") + self.new_line("W1", 150)
        answer = self.assign("region")
        self.assertEqual(lines[0].wave_id, lines[1].wave_id)
        self.assertEqual(lines.wave_id, weeks)
        self.assertIn("3 lines", answer["params"]["message"])

    def test_the_surest_first(self):
        weeks = self.new_wave("Week 1") + self.new_wave("Week 2", sequence=20)
        unsure = self.new_line("E1", confidence=55)
        sure = self.new_line("W1", confidence=90)
        self.assign("risk")
        self.assertEqual((sure.wave_id, unsure.wave_id), (weeks[0], weeks[1]))

    def test_only_those_without_a_wave_or_all(self):
        weeks = self.new_wave("Week 1") + self.new_wave("Week 2", sequence=20)
        first = self.new_line("E1", wave_id=weeks[1].id)
        out = self.new_line("E2", is_included=False)
        self.assign("capacity")
        self.assertEqual(first.wave_id, weeks[1])
        self.assign("capacity", only_unassigned=False)
        self.assertEqual(first.wave_id, weeks[0])
        self.assertFalse(out.wave_id)

    def test_what_does_not_fit_is_told(self):
        self.new_wave("Week 1", capacity=150)
        lines = self.new_line("E1") + self.new_line("E2")
        answer = self.assign("balanced")
        self.assertEqual(len(lines.filtered("wave_id")), 1)
        self.assertIn("1 fit into none", answer["params"]["message"])

    def pump_even(self, only_unassigned=True):
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env["campaign.plan.assign"]._pump_even_waves(
                self.plan.id, only_unassigned, self.users["user"].id
            )
        self.env.invalidate_all()

    def test_as_even_as_can_be_in_a_job(self):
        weeks = self.new_wave("Week 1") + self.new_wave("Week 2", sequence=20)
        weeks[0].capacity = 190
        weeks[1].capacity = 190
        lines = self.new_line("E1", 110) + self.new_line("E2", 90)
        lines += self.new_line("W1", 80) + self.new_line("E1", 95, self.fall)
        answer = self.assign("even")
        self.assertEqual(answer["params"]["type"], "info")
        self.assertFalse(any(line.wave_id for line in lines), "a job does it")
        job = self.env["marketing.job"].search([("method", "=", "_pump_even_waves")])
        self.assertEqual(job.payload["plan_id"], self.plan.id)
        self.pump_even()
        self.assertEqual(sorted(w.total_quantity for w in weeks), [185, 190])
        message = self.plan.message_ids[0].body
        self.assertIn("Waves for 4 lines", message)
        self.assertRegex(message, r"no assignment is better than [\d.]+ %")
        # what is assigned stays unless it is asked for anew
        lines[0].wave_id = False
        self.pump_even()
        self.assertTrue(lines[0].wave_id)
        weeks.capacity = 100
        self.pump_even(only_unassigned=False)
        self.assertIn("fit into none", self.plan.message_ids[0].body)
        self.assertLessEqual(max(w.total_quantity for w in weeks), 100)

    def test_a_job_changes_no_locked_plan(self):
        wave = self.new_wave("Week 1")
        line = self.new_line("E1", wave_id=wave.id)
        other = self.new_line("E2", wave_id=wave.id)
        self.as_user("manager", self.plan).action_approve()
        self.new_wave("Week 2", self.new_plan("Other"))
        self.pump_even(only_unassigned=False)
        self.assertEqual((line + other).wave_id, wave)

    def test_a_locked_plan_stays_and_others_may_not(self):
        self.new_line("E1")
        self.as_user("manager", self.plan).action_approve()
        with self.assertRaisesRegex(ValidationError, "is locked"):
            self.assign("region")
        with self.assertRaises(AccessError):
            self.as_user("east", self.env["campaign.plan.assign"]).create(
                {"plan_id": self.plan.id}
            )


@tagged("post_install", "-at_install")
class TestCopy(PlanningCase):
    """A duplicate starts as a draft with waves, lines and recommendations."""

    def test_a_duplicate(self):
        weeks = self.new_wave("Week 1") + self.new_wave("Week 2", sequence=20)
        line = self.advise("E1", wave_id=weeks[1].id, reasoning=["Good"])
        line.write({"quantity": 120, "override_reason": "More"})
        self.new_line("E2", is_included=False)
        self.as_user("manager", self.plan).action_cancel()
        copy = self.as_user("user", self.plan).copy()
        self.assertEqual((copy.name, copy.state), ("March (copy)", "draft"))
        self.assertEqual(copy.version, 1)
        first, second = copy.line_ids.sorted("id")
        self.assertEqual(first.wave_id, copy.wave_ids[1])
        self.assertNotIn(first.wave_id, weeks)
        self.assertEqual((first.quantity, first.recommended_quantity), (120, 100))
        self.assertEqual(first.reasoning_text, "Good")
        self.assertTrue(first.is_overridden and first.override_date)
        self.assertEqual(first.override_reason, "More")
        self.assertFalse(second.is_included or second.wave_id)
        self.assertAlmostEqual(copy.total_cost, self.plan.total_cost)

    def test_a_regional_manager_copies_nothing(self):
        with self.assertRaises(AccessError):
            self.as_user("east", self.plan).copy()
