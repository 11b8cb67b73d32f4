from datetime import date

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from ..plan_rows import CHANGED, MAX_QUANTITY, NEW, PROBLEM, SAME
from .common import PlanningCase


@tagged("post_install", "-at_install")
class TestPlanRows(PlanningCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.wave = cls.new_wave("One", date_start=date(2026, 3, 2))
        cls.line = cls.advise("E1", 100)
        cls.other = cls.new_line("E2", 200, wave_id=cls.wave.id)

    def _judge(self, *rows):
        return self.plan._judge_rows(list(enumerate(rows, 2)))

    def _assert_problem(self, row, text):
        (verdict,) = self._judge(row)
        self.assertEqual(verdict.kind, PROBLEM, row)
        self.assertIn(text, verdict.text)
        with self.assertRaisesRegex(UserError, "Row 2: "):
            self.plan._apply_rows([(2, row)])

    def test_each_kind_of_row(self):
        verdicts = self._judge(
            {"store": "e1", "quantity": "150", "wave": "ONE"},
            {"store": "E2", "quantity": "200", "wave": "One", "included": "yes"},
            {"store": "W1", "quantity": 50, "creative": "fall", "notes": " new "},
        )
        self.assertEqual([v.kind for v in verdicts], [CHANGED, SAME, NEW])
        self.assertIn("100 → 150", verdicts[0].text)
        self.assertEqual(verdicts[1].text, "")
        self.plan._apply_rows(
            [(2, {"store": "E1", "quantity": "150", "reason": "more people"})]
        )
        self.assertEqual((self.line.quantity, self.line.is_overridden), (150, True))
        self.assertEqual(self.line.override_reason, "more people")
        self.assertEqual(self.other.quantity, 200)
        self.plan._write_verdicts(verdicts)
        new = self.plan.line_ids - self.line - self.other
        self.assertEqual((new.store_id, new.notes), (self.stores["W1"], "new"))
        self.assertEqual((new.creative_id, new.quantity), (self.fall, 50))
        self.assertEqual(self.line.wave_id, self.wave)

    def test_what_is_not_named_stays(self):
        self.plan._apply_rows([(2, {"store": "E2", "notes": "call first"})])
        self.assertEqual((self.other.quantity, self.other.wave_id), (200, self.wave))
        self.plan._apply_rows([(2, {"store": "E2", "wave": "", "included": "no"})])
        self.assertFalse(self.other.wave_id or self.other.is_included)

    def test_wrong_rows_are_named(self):
        for row, text in (
            ({"store": "X9", "quantity": 1}, "no store with the number “X9”"),
            ({"store": "B1", "quantity": 1}, "no store with the number “B1”"),
            ({"store": "", "quantity": 1}, "which store"),
            ({"store": "W1"}, "how many pieces"),
            ({"store": "E1", "quantity": "-5"}, "negative"),
            ({"store": "E1", "quantity": "2,500"}, "digits only"),
            ({"store": "E1", "quantity": True}, "digits only"),
            ({"store": "E1", "quantity": str(MAX_QUANTITY + 1)}, "cannot be meant"),
            ({"store": "E1", "wave": "Nine"}, "no wave “Nine”"),
            ({"store": "E1", "creative": "Lost"}, "no creative “Lost”"),
            ({"store": "E1", "included": "perhaps"}, "neither yes nor no"),
            ({"line": "0", "store": "E1"}, "not of this plan"),
            ({"line": str(self.line.id), "store": "E2"}, "leave the store"),
            ({"store": "E2", "creative": "Spring", "line": "abc"}, "digits only"),
        ):
            self._assert_problem(row, text)
        self.assertEqual((self.line.quantity, self.other.quantity), (100, 200))

    def test_creative_out_of_season_or_retired(self):
        self.fall.write(
            {"season_start": date(2025, 9, 1), "season_end": date(2025, 11, 30)}
        )
        self._assert_problem({"store": "E1", "creative": "Fall"}, "out of season")
        autumn = self.new_wave("Autumn", date_start=date(2026, 10, 1))
        row = {"store": "E1", "creative": "Fall", "wave": autumn.name}
        self.assertEqual(self._judge(row)[0].kind, CHANGED)
        self.fall.state = "retired"
        self._assert_problem(row, "retired")

    def test_doubles(self):
        same = {"store": "W1", "creative": "Spring", "quantity": 10}
        kinds = [v.kind for v in self._judge(same, same)]
        self.assertEqual(kinds, [PROBLEM, PROBLEM])
        line = {"line": self.line.id, "quantity": 1}
        self.assertEqual([v.kind for v in self._judge(line, line)], [PROBLEM] * 2)
        second = self.new_line("E1", 5, self.fall)
        row = {"line": str(second.id), "creative": "Spring"}
        self._assert_problem(row, "there twice")
        # two lines that change places are none
        swap = [
            {"line": second.id, "creative": "Spring"},
            {"line": self.line.id, "creative": "Fall"},
        ]
        self.assertEqual([v.kind for v in self._judge(*swap)], [CHANGED] * 2)
        self._assert_problem({"store": "E1", "quantity": 1}, "2 lines")

    def test_a_colleague_was_faster(self):
        row = {
            "line": self.line.id,
            "version": self.line.edit_version,
            "quantity": "300",
        }
        self.line.quantity = 250
        self._assert_problem(row, "250")
        row["version"] = self.line.edit_version
        self.assertEqual(self._judge(row)[0].kind, CHANGED)

    def test_all_or_nothing(self):
        rows = [
            (2, {"store": "E1", "quantity": 7}),
            (3, {"store": "X9", "quantity": 7}),
        ]
        with self.assertRaisesRegex(UserError, "Row 3"):
            self.plan._apply_rows(rows)
        self.assertEqual(self.line.quantity, 100)

    def test_locked_plan(self):
        self.plan.sudo().write({"state": "approved"})
        with self.assertRaisesRegex(ValidationError, "locked"):
            self.plan._apply_rows([(2, {"store": "E1", "quantity": 7})])

    def test_rows_of_one_region(self):
        """A regional manager's file reaches the own stores only."""
        plan = self.as_user("west", self.plan)
        (verdict,) = plan._judge_rows([(2, {"store": "E1", "quantity": "1"})])
        self.assertEqual(verdict.kind, PROBLEM)
        west = self.new_line("W1", 20)
        plan.invalidate_recordset()
        plan._apply_rows([(2, {"store": "W1", "quantity": "30"})])
        self.assertEqual(west.quantity, 30)
