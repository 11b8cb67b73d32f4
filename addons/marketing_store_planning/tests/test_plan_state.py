from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import PlanningCase


@tagged("post_install", "-at_install")
class TestPlanState(PlanningCase):
    """Review, approval and the lock that comes with it."""

    def test_the_way_of_a_plan(self):
        self.new_line("E1")
        plan = self.as_user("manager", self.plan)
        plan.action_submit()
        self.assertEqual(plan.state, "in_review")
        plan.action_approve()
        self.assertEqual((plan.state, plan.version), ("approved", 1))
        self.assertEqual(plan.approver_id, self.users["manager"])
        plan.action_reopen()
        self.assertEqual((plan.state, plan.version), ("draft", 2))
        self.assertFalse(plan.approver_id or plan.approval_date)
        plan.action_cancel()
        plan.action_back_to_draft()
        self.assertEqual(plan.state, "draft")

    def test_only_managers_approve_reopen_and_cancel(self):
        self.new_line("E1")
        for role in ("user", "east", "analyst", "sales"):
            plan = self.as_user(role, self.plan)
            for action in ("action_approve", "action_reopen", "action_cancel"):
                with self.subTest(role=role, action=action):
                    with self.assertRaises(AccessError):
                        getattr(plan, action)()
        self.assertEqual(self.plan.state, "draft")

    def test_two_managers_when_the_company_wants_it(self):
        self.new_line("E1")
        self.plan.user_id = self.users["manager"]
        self.company_a.marketing_plan_four_eyes = True
        plan = self.as_user("manager", self.plan)
        with self.assertRaisesRegex(UserError, "Another manager"):
            plan.action_approve()
        self.as_user("administrator", self.plan).action_approve()
        self.assertEqual(plan.state, "approved")

    def test_who_created_it_does_not_approve_it_either(self):
        self.company_a.marketing_plan_four_eyes = True
        plan = self.as_user("manager", self.env["campaign.plan"]).create(
            {"name": "Given away", "user_id": self.users["user"].id}
        )
        self.new_line("E1", plan_id=plan.id)
        with self.assertRaisesRegex(UserError, "Another manager"):
            plan.action_approve()

    def test_the_status_is_not_written(self):
        plan = self.as_user("manager", self.plan)
        for vals in ({"state": "approved"}, {"version": 7}, {"approver_id": 1}):
            with self.assertRaisesRegex(AccessError, "buttons only"):
                plan.write(vals)
            with self.assertRaisesRegex(AccessError, "buttons only"):
                plan.create({"name": "New", **vals})

    def test_an_approved_plan_is_locked_for_everybody(self):
        wave = self.new_wave("Week 1")
        line = self.new_line("E1", wave_id=wave.id)
        self.as_user("manager", self.plan).action_approve()
        for role in ("user", "manager", "administrator"):
            plan, its_wave, its_line = (
                self.as_user(role, records) for records in (self.plan, wave, line)
            )
            attempts = (
                lambda plan=plan: plan.write({"name": "Other"}),
                lambda plan=plan: plan.write({"wave_ids": [(0, 0, {"name": "W"})]}),
                lambda plan=plan: plan.unlink(),
                lambda wave=its_wave: wave.write({"budget": 1}),
                lambda wave=its_wave: wave.unlink(),
                lambda line=its_line: line.write({"quantity": 1}),
                lambda line=its_line: line.write({"notes": "late"}),
                lambda line=its_line: line.unlink(),
                lambda line=its_line: line.copy({"store_id": self.stores["E2"].id}),
            )
            for number, attempt in enumerate(attempts):
                with self.subTest(role=role, attempt=number):
                    with self.assertRaisesRegex(ValidationError, "is locked"):
                        attempt()
        # the superuser does not get around it by mistake either
        with self.assertRaisesRegex(ValidationError, "is locked"):
            line.sudo().quantity = 5
        self.plan.with_user(self.users["manager"]).message_post(body="Still talking")

    def test_lines_do_not_move_into_a_locked_plan(self):
        self.new_line("E1")
        self.as_user("manager", self.plan).action_approve()
        other = self.new_plan("Other")
        line = self.new_line("E2", plan_id=other.id)
        with self.assertRaisesRegex(ValidationError, "is locked"):
            line.plan_id = self.plan

    def test_what_forbids_the_approval_is_named(self):
        plan = self.as_user("manager", self.plan)
        with self.assertRaisesRegex(UserError, "No store is included"):
            plan.action_approve()
        self.new_line("E1", is_included=False)
        with self.assertRaisesRegex(UserError, "No store is included"):
            plan.action_approve()
        self.new_wave("Week 1")
        self.new_line("E2", 0)
        self.new_line("W1", creative=self.new_creative("Unpriced"))
        self.stores["W1"].households = 99
        with self.assertRaises(UserError) as caught:
            plan.action_approve()
        text = str(caught.exception)
        for part in (
            "Without a wave: E2 Store E2, W1 Store W1",
            "Without pieces: E2",
            "of: Unpriced",
            "More pieces than there are households",
        ):
            self.assertIn(part, text)
        self.assertEqual(plan.state, "draft")
        self.assertIn("Without pieces", plan.problem_text)

    def test_an_old_page_does_not_approve_twice(self):
        self.new_line("E1")
        plan = self.as_user("manager", self.plan)
        plan.action_approve()
        with self.assertRaisesRegex(UserError, "by now: reload"):
            plan.action_approve()
        with self.assertRaisesRegex(UserError, "by now: reload"):
            plan.action_submit()

    def test_each_decision_is_in_the_audit_log(self):
        self.new_line("E1")
        plan = self.as_user("manager", self.plan)
        plan.action_approve()
        plan.action_reopen()
        entries = self.env["marketing.audit.log"].search(
            [
                ("event", "=", "plan_status_changed"),
                ("res_model", "=", "campaign.plan"),
                ("res_id", "=", plan.id),
            ],
            order="id",
        )
        self.assertEqual(
            [entry.changes["state"] for entry in entries],
            [["draft", "approved"], ["approved", "draft"]],
        )
        self.assertEqual(entries[1].changes["version"], [1, 2])
        self.assertEqual(
            set(entries.mapped("user_id")), {self.users["manager"].id}, "who it was"
        )

    def test_a_cancelled_plan_may_be_deleted(self):
        self.new_line("E1", wave_id=self.new_wave("Week 1").id)
        self.as_user("manager", self.plan).action_cancel()
        self.as_user("manager", self.plan).unlink()
        self.assertFalse(self.plan.exists())
