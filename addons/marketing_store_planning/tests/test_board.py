from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import PlanningCase


@tagged("post_install", "-at_install")
class TestBoard(PlanningCase):
    """What stands below the grid and above the columns of the board."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.weeks = cls.new_wave("Week 1", budget=40, capacity=100)
        cls.weeks += cls.new_wave("Week 2", budget=1000, sequence=20)
        for number, week in (("E1", 0), ("W1", 1)):
            cls.new_line(
                number,
                100,
                wave_id=cls.weeks[week].id,
                expected_rate=0.1,
                expected_rate_low=0.05,
                expected_rate_high=0.2,
            )
        cls.loose = cls.new_line("E2", 10)
        cls.new_line("E2", 999, cls.fall, is_included=False)
        cls.plan.budget = 100

    def read(self, role="user"):
        return self.as_user(role, self.plan).get_board()

    def test_totals_and_waves(self):
        board = self.read()
        totals, waves = board["totals"], board["waves"]
        self.assertEqual(totals["total_stores"], 3)
        self.assertEqual((totals["total_quantity"], totals["excluded_count"]), (210, 1))
        self.assertAlmostEqual(totals["total_cost"], 105)
        self.assertTrue(totals["is_over_budget"])
        self.assertAlmostEqual(totals["expected_conversions"], 20)
        self.assertAlmostEqual(totals["expected_conversions_high"], 40)
        self.assertEqual(totals["unassigned_count"], 1)
        first, second, none = (waves[key] for key in (*self.weeks.ids, 0))
        self.assertEqual((first["stores"], first["pieces"]), (1, 100))
        self.assertTrue(first["is_over_budget"])
        self.assertFalse(first["is_over_capacity"], "full, not too full")
        self.assertFalse(second["is_over_budget"] or second["is_over_capacity"])
        self.assertEqual((none["stores"], none["pieces"]), (1, 10))
        self.assertAlmostEqual(none["cost"], 5)

    def test_a_regional_manager_sees_the_region(self):
        board = self.read("east")
        self.assertEqual(board["totals"]["total_quantity"], 110)
        self.assertEqual(board["waves"][self.weeks[1].id]["pieces"], 0)
        for records in (self.plan, self.foreign_plan):
            stranger = self.outsider if records == self.plan else self.users["user"]
            with self.assertRaises(AccessError):
                records.with_user(stranger).get_board()

    def test_an_empty_plan(self):
        board = self.new_plan("Empty").get_board()
        self.assertEqual(board["totals"]["total_quantity"], 0)
        self.assertEqual(board["waves"][0]["stores"], 0)

    def test_lines_without_a_wave_are_shown(self):
        groups = self.open_board()
        self.assertEqual([bool(group.get("__records")) for group in groups], [True] * 3)
        (none,) = (group for group in groups if not group["wave_id"])
        self.assertIn(self.loose.id, [x["id"] for x in none["__records"]])
        # who has folded it finds it folded
        folded = [{"value": False, "folded": True}]
        groups = self.open_board(opening_info=folded)
        (none,) = (group for group in groups if not group["wave_id"])
        self.assertNotIn("__records", none)

    def open_board(self, **options):
        lines = self.as_user("user", self.env["campaign.plan.line"])
        return lines.with_context(read_group_expand=True).web_read_group(
            [("plan_id", "=", self.plan.id)],
            ["wave_id"],
            ["__count"],
            auto_unfold=True,
            unfold_read_specification={"quantity": {}},
            **options,
        )["groups"]

    def test_a_wave_is_added_on_the_board(self):
        waves = self.as_user("user", self.env["campaign.plan.wave"])
        waves.with_context(default_plan_id=self.plan.id).name_create("Week 3")
        self.assertIn("Week 3", self.plan.wave_ids.mapped("name"))

    def test_statements_do_not_grow_with_the_plan(self):
        plan = self.as_user("user", self.plan)
        plan.get_board()
        self.env.invalidate_all()
        with self.assertQueryCount(12):
            plan.get_board()
