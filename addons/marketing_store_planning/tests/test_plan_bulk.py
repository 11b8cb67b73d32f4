from datetime import date
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .common import PlanningCase


@tagged("post_install", "-at_install")
class TestPlanBulk(PlanningCase):
    """The same change for many lines at once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.wave = cls.new_wave("Week 1", date_start=date(2026, 3, 2))
        cls.lines = cls.advise("E1", 100) + cls.advise("E2", 250) + cls.advise("W1", 75)

    def open(self, action, lines=None, role="user", **values):
        lines = self.as_user(role, self.lines if lines is None else lines)
        answer = getattr(lines, f"action_{action}")()
        wizard = lines.env["campaign.plan.bulk"].browse(answer["res_id"])
        wizard.write(values)
        return wizard

    def test_pieces_by_percent(self):
        wizard = self.open("change_quantity", percent=20, rounding=50, reason="Spring")
        self.assertIn("2 of 3 lines change. Pieces: 425 → 500.", wizard.summary)
        wizard.action_apply()
        self.assertEqual(self.lines.mapped("quantity"), [100, 300, 100])
        self.assertEqual(self.lines.mapped("is_overridden"), [False, True, True])
        self.assertEqual(
            self.lines.mapped("override_reason"), [False, "Spring", "Spring"]
        )
        self.assertEqual(self.lines[1].override_user_id, self.users["user"])

    def test_halves_go_up_and_nothing_below_zero(self):
        self.open("change_quantity", percent=-100, reason="Stop").action_apply()
        self.assertEqual(self.lines.mapped("quantity"), [0, 0, 0])
        self.lines.write({"quantity": 5})
        self.open("change_quantity", percent=-50, reason="Half").action_apply()
        self.assertEqual(self.lines.mapped("quantity"), [3, 3, 3])

    def test_not_above_the_households(self):
        self.stores["E1"].households = 110
        self.new_result("E2", pieces=260)
        wizard = self.open("change_quantity", percent=50, reason="More")
        self.assertIn("2 lines stop at the households", wizard.summary)
        wizard.action_apply()
        self.assertEqual(self.lines.mapped("quantity"), [110, 260, 113])
        note = self.plan.message_ids[0].body
        self.assertIn("Pieces changed in 3 lines: E1 Store E1, E2", note)
        self.assertIn("Reason: More", note)
        self.open("change_quantity", percent=50, is_capped=False).action_apply()
        self.assertEqual(self.lines.mapped("quantity"), [165, 390, 170])

    def test_the_reason_is_asked_for_once(self):
        wizard = self.open("change_status", ai_status="skip")
        self.assertTrue(wizard.needs_reason)
        with self.assertRaisesRegex(UserError, "say why"):
            wizard.action_apply()
        self.assertEqual(set(self.lines.mapped("ai_status")), {"auto"})
        wizard.reason = "Shops are closed"
        wizard.action_apply()
        self.assertEqual(set(self.lines.mapped("ai_status")), {"skip"})
        self.assertEqual(set(self.lines.mapped("recommended_status")), {"auto"})
        self.assertEqual(
            set(self.lines.mapped("override_reason")), {"Shops are closed"}
        )
        # what has a reason is not asked again, and back is no override
        wizard = self.open("change_status", ai_status="review")
        self.assertFalse(wizard.needs_reason)
        self.open("change_status", ai_status="auto").action_apply()
        self.assertFalse(any(self.lines.mapped("is_overridden")))
        self.assertFalse(any(self.lines.mapped("override_reason")))

    def test_creative_and_wave(self):
        self.open("change_wave", wave_id=self.wave.id).action_apply()
        self.assertEqual(self.lines.wave_id, self.wave)
        self.assertFalse(any(self.lines.mapped("is_overridden")))
        wizard = self.open("change_creative", creative_id=self.fall.id, reason="Try")
        wizard.action_apply()
        self.assertEqual(self.lines.creative_id, self.fall)
        self.assertAlmostEqual(sum(self.lines.mapped("cost")), 425 * 0.6)
        self.open("change_wave").action_apply()
        self.assertFalse(self.lines.wave_id, "out of the wave")

    def test_creative_out_of_season(self):
        self.fall.write({"season_start": "2025-09-01", "season_end": "2025-11-30"})
        self.lines[0].wave_id = self.wave
        wizard = self.open("change_creative", creative_id=self.fall.id, reason="Try")
        with self.assertRaisesRegex(UserError, "“Fall” is out of season .*E1 Store E1"):
            wizard.action_apply()
        wizard.creative_id = False
        with self.assertRaisesRegex(UserError, "Choose a creative"):
            wizard.action_apply()

    def test_absurd_numbers(self):
        for values in ({"percent": -101}, {"percent": 1001}, {"rounding": -1}):
            with self.assertRaises(UserError):
                self.open("change_quantity", reason="x", **values).action_apply()
        self.assertEqual(self.lines.mapped("quantity"), [100, 250, 75])

    def test_include_and_exclude(self):
        skipped = self.new_line("W1", creative=self.fall)
        answer = self.as_user("user", skipped).action_exclude()
        self.assertEqual(answer["tag"], "display_notification", "nothing to ask")
        self.assertFalse(skipped.is_included)
        wizard = self.open("exclude", self.lines[0])
        self.assertTrue(wizard.needs_reason)
        with Form(wizard) as form:
            form.reason = "New store"
        wizard.action_apply()
        self.assertFalse(self.lines[0].is_included)
        self.assertEqual(self.lines[0].override_reason, "New store")
        self.as_user("user", self.lines[0]).action_include()
        self.assertTrue(self.lines[0].is_included)
        self.assertFalse(self.lines[0].is_overridden)

    def test_somebody_was_faster(self):
        wizard = self.open("change_quantity", percent=20, reason="More")
        self.lines[1].quantity = 999
        with self.assertRaises(UserError) as caught:
            wizard.action_apply()
        for part in ("E2 Store E2, Pieces", "now “999”"):
            self.assertIn(part, str(caught.exception))
        self.assertEqual(self.lines[0].quantity, 100, "all or nothing")

    def test_who_may(self):
        wizard = self.open("change_quantity", self.lines[0], "east", reason="Florida")
        wizard.action_apply()
        self.assertEqual(self.lines[0].quantity, 110)
        for role in ("east", "analyst", "sales"):
            with self.subTest(role=role), self.assertRaises(AccessError):
                self.open("change_quantity", self.lines[2], role)
        with self.assertRaisesRegex(UserError, "one plan"):
            other = self.new_line("E1", plan_id=self.new_plan("Other").id)
            self.open("change_quantity", self.lines + other)
        self.as_user("manager", self.lines).write({"override_reason": "x"})
        self.lines.wave_id = self.wave
        self.as_user("manager", self.plan).action_approve()
        with self.assertRaisesRegex(ValidationError, "is locked"):
            self.open("change_quantity")
        with self.assertRaisesRegex(ValidationError, "is locked"):
            wizard.action_apply()

    def test_prices_are_worked_out_once(self):
        """Not once a line: neither for a change of all, nor for a file."""
        plan_class = type(self.env["campaign.plan"])
        wizard = self.open("change_quantity", percent=20, reason="More")
        rows = [
            (number, {"line": line.id, "quantity": 10 * number})
            for number, line in enumerate(self.lines, 2)
        ]
        priced = patch.object(
            plan_class, "_price_runs", autospec=True, side_effect=plan_class._price_runs
        )
        with priced as calls:
            wizard.action_apply()
            self.assertEqual(calls.call_count, 1)
            self.plan._apply_rows(rows)
            self.assertEqual(calls.call_count, 2)
        self.assertEqual(self.lines.mapped("quantity"), [20, 30, 40])
        self.assertAlmostEqual(sum(self.lines.mapped("cost")), 90 * 0.5)
        self.lines.invalidate_recordset()
        self.assertTrue(all(self.lines.mapped("override_date")))

    def test_statements_do_not_grow_with_the_lines(self):
        for number in range(20):
            self.stores[f"N{number}"] = self.new_store(f"N{number}")
            self.lines += self.advise(f"N{number}", 10 + number)
        wizard = self.open("change_quantity", percent=100, reason="More")
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(40):
            wizard.action_apply()
            self.env.flush_all()
        self.assertEqual(self.lines[-1].quantity, 58)

    def test_what_waits_is_done_at_the_end(self):
        """Also when a block is inside another one, and not after an error."""
        line = self.lines[0]
        version = line.edit_version
        with line._work_out_once():
            with line._work_out_once():
                line.quantity = 7
            line.quantity = 8
            self.assertEqual(line.edit_version, version)
        self.assertEqual((line.edit_version, line.cost), (version + 1, 4.0))
        with self.assertRaises(ZeroDivisionError), line._work_out_once():
            1 / 0  # noqa: B018
        line.quantity = 9
        self.assertAlmostEqual(line.cost, 4.5)
