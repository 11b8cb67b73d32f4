from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import PlanningCase


@tagged("post_install", "-at_install")
class TestVersions(PlanningCase):
    """Two people edit the same record: nothing is overwritten silently."""

    def test_the_second_is_told_both_values(self):
        line = self.new_line("E1")
        read = line.edit_version
        self.as_user("manager", line).web_save(
            {"quantity": 150, "edit_version": {str(line.id): read}}, {}
        )
        second = self.as_user("user", line)
        with self.assertRaises(UserError) as caught:
            second.web_save({"quantity": 120, "edit_version": {str(line.id): read}}, {})
        text = str(caught.exception)
        for part in ("E1 Store E1, Pieces", "now “150”", "yours was “120”"):
            self.assertIn(part, text)
        self.assertIn(self.users["manager"].name, text)
        self.assertEqual(line.quantity, 150)
        # with what is there now it is saved
        second.web_save({"quantity": 120, "edit_version": line.edit_version}, {})
        self.assertEqual(line.quantity, 120)

    def test_names_are_shown_and_not_numbers(self):
        line = self.new_line("E1", wave_id=self.new_wave("Week 1").id)
        read = line.edit_version
        line.write({"creative_id": self.fall.id, "is_included": False})
        with self.assertRaises(UserError) as caught:
            line.write(
                {
                    "creative_id": self.spring.id,
                    "wave_id": False,
                    "ai_status": "auto",
                    "is_included": True,
                    "edit_version": read,
                }
            )
        text = str(caught.exception)
        for part in ("“Fall”", "“Spring”", "“Week 1”", "“–”", "“no”", "“Auto-approve”"):
            self.assertIn(part, text)

    def test_the_same_value_twice_is_no_conflict(self):
        line = self.new_line("E1")
        read = line.edit_version
        line.quantity = 150
        line.write({"quantity": 150, "edit_version": read})
        self.assertEqual(line.quantity, 150)

    def test_many_lines_each_with_its_own_version(self):
        lines = self.new_line("E1") + self.new_line("E2")
        lines[0].notes = "one more version"
        read = {str(line.id): line.edit_version for line in lines}
        self.assertNotEqual(*read.values())
        lines.web_save({"quantity": 7, "edit_version": read}, {})
        self.assertEqual(lines.mapped("quantity"), [7, 7])
        lines[1].quantity = 8
        with self.assertRaisesRegex(UserError, "E2 Store E2"):
            lines.web_save({"quantity": 9, "edit_version": read}, {})
        self.assertEqual(lines.mapped("quantity"), [7, 8], "all or nothing")

    def test_the_plan_and_its_waves_too(self):
        wave = self.new_wave("Week 1")
        read = self.plan.edit_version
        self.plan.budget = 5
        with self.assertRaisesRegex(UserError, "March, Budget"):
            self.plan.write({"budget": 6, "edit_version": read})
        read = wave.edit_version
        wave.capacity = 5
        with self.assertRaisesRegex(UserError, "Capacity"):
            self.plan.write(
                {"wave_ids": [(1, wave.id, {"capacity": 6, "edit_version": read})]}
            )

    def test_programs_without_a_version_write(self):
        line = self.new_line("E1")
        line.quantity = 1
        line.write({"quantity": 2})
        line.write({"edit_version": line.edit_version})
        self.assertEqual(line.quantity, 2)

    def test_a_version_is_not_made_up_at_creation(self):
        line = self.new_line("E1", edit_version=99)
        self.assertEqual(line.edit_version, 1)

    def test_a_change_of_many_lines_counts_by_one_statement(self):
        lines = self.new_line("E1") + self.new_line("E2") + self.new_line("W1")
        self.env.flush_all()
        with self.assertQueryCount(1):
            lines._count_up()
