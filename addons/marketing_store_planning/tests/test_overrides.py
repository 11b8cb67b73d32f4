from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import PlanningCase


@tagged("post_install", "-at_install")
class TestOverrides(PlanningCase):
    """What was recommended stays beside what a planner made of it."""

    def test_author_and_time_of_an_override(self):
        line = self.advise("E1")
        self.assertFalse(line.is_overridden or line.override_date)
        mine = self.as_user("user", line)
        mine.creative_id = self.fall
        self.assertTrue(line.is_overridden and line.override_date)
        self.assertEqual(line.override_user_id, self.users["user"])
        self.assertEqual(line.recommended_creative_id, self.spring)
        self.assertIn("Spring, 100 pieces", line.override_text)

    def test_each_decision_can_be_overridden(self):
        for vals in ({"quantity": 120}, {"is_included": False}, {"ai_status": "skip"}):
            line = self.advise("E1")
            line.write(vals)
            self.assertTrue(line.is_overridden, vals)
            line.unlink()
        skipped = self.advise("E1", status="skip")
        self.assertFalse(skipped.is_overridden or skipped.is_included)
        skipped.is_included = True
        self.assertTrue(skipped.is_overridden)

    def test_waves_and_notes_are_no_override(self):
        line = self.advise("E1")
        line.write({"wave_id": self.new_wave("Week 1").id, "notes": "Call first"})
        self.assertFalse(line.is_overridden or line.override_date)

    def test_a_line_without_recommendation_is_none(self):
        line = self.new_line("E1")
        line.quantity = 7
        self.assertFalse(line.is_overridden or line.override_date)

    def test_back_by_one_click(self):
        lines = self.advise("E1") + self.advise("E2", status="skip")
        lines.write({"quantity": 5, "is_included": True, "override_reason": "Trial"})
        mine = self.as_user("user", lines)
        mine.action_restore_recommendation()
        self.assertEqual(lines.mapped("quantity"), [100, 100])
        self.assertEqual(lines.mapped("is_included"), [True, False])
        self.assertFalse(any(lines.mapped("is_overridden")))
        self.assertFalse(any(lines.mapped("override_reason")))
        self.assertFalse(lines.override_user_id)

    def test_back_by_hand_is_no_override_either(self):
        line = self.advise("E1")
        line.quantity = 5
        line.quantity = 100
        self.assertFalse(line.is_overridden or line.override_date)

    def test_nobody_writes_the_recommendation(self):
        line = self.advise("E1")
        for role in ("user", "manager", "administrator"):
            for vals in (
                {"recommended_quantity": 1},
                {"confidence": 0},
                {"override_user_id": self.users["user"].id},
                {"cost": 0},
            ):
                with self.subTest(role=role, vals=vals):
                    with self.assertRaisesRegex(AccessError, "cannot be written"):
                        self.as_user(role, line).write(vals)
        with self.assertRaisesRegex(AccessError, "cannot be written"):
            self.as_user("user", line).create(
                {
                    "plan_id": self.plan.id,
                    "store_id": self.stores["E2"].id,
                    "confidence": 99,
                }
            )

    def test_a_reason_is_asked_for_before_the_review(self):
        line = self.advise("E1")
        line.quantity = 5
        plan = self.as_user("manager", self.plan)
        for action in ("action_submit", "action_approve"):
            with self.assertRaisesRegex(UserError, "nobody said why: E1"):
                getattr(plan, action)()
        line.override_reason = " "
        with self.assertRaisesRegex(UserError, "nobody said why: E1"):
            plan.action_submit()
        line.override_reason = "Small shop"
        plan.action_submit()
        plan.action_approve()
        self.assertEqual(plan.override_count, 1)

    def test_reasons_are_shown_as_sentences(self):
        line = self.advise("E1", reasoning=["Good", {"text": "Better"}, {"code": "x"}])
        self.assertEqual(line.reasoning_text, "Good\nBetter")
        self.assertFalse(self.new_line("E2").reasoning_text)
