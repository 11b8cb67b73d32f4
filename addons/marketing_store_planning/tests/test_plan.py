from datetime import date

from psycopg2.errors import CheckViolation, UniqueViolation

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import PlanningCase


@tagged("post_install", "-at_install")
class TestPlan(PlanningCase):
    """Lines and waves of a plan, and what they add up to."""

    def test_a_store_once_a_creative_and_wave(self):
        self.new_line("E1")
        self.new_line("E1", creative=self.fall)
        self.new_line("E1", wave_id=self.new_wave("Week 1").id)
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"):
            self.new_line("E1")

    def test_pieces_are_not_negative(self):
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"):
            self.new_line("E1", -1)

    def test_wave_is_of_the_same_plan(self):
        wave = self.new_wave("Theirs", self.new_plan("Other"))
        with self.assertRaisesRegex(ValidationError, "another plan"):
            self.new_line("E1", wave_id=wave.id)

    def test_store_is_of_the_same_company(self):
        with self.assertRaises(UserError):
            self.new_line("E1", store_id=self.foreign_store.id)
        self.new_line("E1")
        with self.assertRaisesRegex(UserError, "another company"):
            self.plan.company_id = self.company_b

    def test_wave_is_inside_the_plan(self):
        self.new_wave("All", date_start=date(2026, 3, 1), date_end=date(2026, 3, 31))
        for first, last in (("2026-02-28", "2026-03-05"), ("2026-03-30", "2026-04-01")):
            with self.assertRaisesRegex(ValidationError, "outside the period"):
                self.new_wave(f"From {first}", date_start=first, date_end=last)
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"):
            self.new_wave("Back", date_start="2026-03-09", date_end="2026-03-08")

    def test_wave_is_shown_with_its_dates(self):
        wave = self.new_wave("Week 1", date_start="2026-03-01", date_end="2026-03-07")
        self.assertEqual(wave.display_name, "Week 1 · 1 Mar – 7 Mar")
        self.assertEqual(self.new_wave("Week 2").display_name, "Week 2")

    def test_expected_grows_with_the_pieces(self):
        line = self.new_line(
            "E1",
            expected_rate=0.03,
            expected_rate_low=0.02,
            expected_rate_high=0.04,
            conversion_value=50,
        )
        self.assertAlmostEqual(line.expected_conversions, 3)
        line.quantity = 200
        self.assertAlmostEqual(line.expected_conversions, 6)
        self.assertAlmostEqual(line.expected_conversions_low, 4)
        self.assertAlmostEqual(line.expected_conversions_high, 8)
        self.assertAlmostEqual(line.expected_revenue, 300)

    def test_totals_are_the_sums_of_included_lines(self):
        wave = self.new_wave("Week 1", budget=10, capacity=150)
        self.new_line("E1", 100, wave_id=wave.id, expected_rate=0.1, confidence=80)
        self.new_line("E2", 100, wave_id=wave.id, expected_rate=0.2, confidence=60)
        self.new_line("W1", 900, is_included=False, confidence=1)
        plan = self.plan
        self.assertEqual((plan.total_stores, plan.excluded_count), (2, 1))
        self.assertEqual((plan.total_quantity, plan.unassigned_count), (200, 0))
        self.assertAlmostEqual(plan.total_cost, 100)
        self.assertAlmostEqual(plan.expected_conversions, 30)
        self.assertAlmostEqual(plan.average_confidence, 70)
        self.assertEqual((wave.total_stores, wave.total_quantity), (2, 200))
        self.assertTrue(wave.is_over_budget and wave.is_over_capacity)
        self.assertFalse(plan.is_over_budget, "no budget, no limit")
        plan.budget = 99
        self.assertTrue(plan.is_over_budget)

    def test_a_store_with_two_creatives_counts_once(self):
        self.new_line("E1")
        self.new_line("E1", creative=self.fall)
        self.assertEqual(self.plan.total_stores, 1)
        self.assertEqual(self.plan.total_quantity, 200)

    def test_totals_of_an_empty_plan(self):
        self.assertEqual(self.plan.total_stores, 0)
        self.assertFalse(self.plan.total_cost or self.plan.average_confidence)

    def test_totals_of_many_plans_are_one_statement(self):
        plans = self.plan + self.new_plan("April") + self.foreign_plan
        self.new_line("E1")
        self.env.flush_all()
        self.env.invalidate_all()
        plans.fetch(["budget"])
        plans.mapped("currency_id.rounding")
        with self.assertQueryCount(1):
            plans.mapped("total_stores")

    def test_the_board_shows_empty_waves_of_its_plan_only(self):
        weeks = self.new_wave("Week 1") + self.new_wave("Week 2", sequence=20)
        self.new_wave("Theirs", self.new_plan("Other"))
        self.new_line("E1")
        lines = self.env["campaign.plan.line"].with_context(read_group_expand=True)
        groups = lines.web_read_group(
            [("plan_id", "=", self.plan.id)], ["wave_id"], ["__count"]
        )["groups"]
        shown = {group["wave_id"][0] for group in groups if group["wave_id"]}
        self.assertEqual(shown, set(weeks.ids))

    def test_lines_of_a_plan_go_with_it_and_its_wave_leaves_them(self):
        wave = self.new_wave("Week 1")
        line = self.new_line("E1", wave_id=wave.id)
        wave.unlink()
        self.assertFalse(line.wave_id)
        self.plan.unlink()
        self.assertFalse(line.exists())

    def test_quantity_limit(self):
        line = self.new_line("E1")
        self.assertEqual(line.quantity_limit, 0)
        self.new_result("E1", pieces=300)
        self.env.invalidate_all()
        self.assertEqual(line.quantity_limit, 300)
        self.stores["E1"].households = 5000
        self.assertEqual(line.quantity_limit, 5000)

    def test_confidence_decides_the_status(self):
        company = self.company_a
        for confidence, status in ((76, "auto"), (75, "review"), (50, "review")):
            self.assertEqual(company._get_plan_status(confidence), status)
        self.assertEqual(company._get_plan_status(49.9), "skip")
        company.marketing_plan_auto_confidence = 90
        self.assertEqual(company._get_plan_status(76), "review")
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"):
            company.marketing_plan_review_confidence = 95
            self.env.flush_all()
