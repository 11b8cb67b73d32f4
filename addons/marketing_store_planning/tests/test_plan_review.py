from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import PlanningCase


@tagged("post_install", "-at_install")
class TestPlanReview(PlanningCase):
    """Reviewers are reminded until somebody has decided."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.line = cls.new_line("E1")
        cls.managers = cls.users["manager"] | cls.users["administrator"]

    def reminded(self):
        return self.plan.sudo().activity_ids.user_id

    def test_all_managers_of_the_company_are_asked(self):
        stranger = self.new_user("manager", self.company_b)
        plan = self.as_user("user", self.plan)
        plan.action_submit()
        self.assertLessEqual(self.managers, self.reminded())
        self.assertFalse(self.reminded() & (stranger | self.users["user"]))
        self.assertEqual(
            self.plan.activity_ids.activity_type_id,
            self.env.ref("marketing_store_planning.mail_activity_type_review"),
        )
        self.as_user("manager", plan).action_approve()
        self.assertFalse(self.reminded(), "decided by one of them")

    def test_chosen_reviewers(self):
        self.plan.reviewer_ids = self.users["manager"] | self.users["user"]
        self.as_user("user", self.plan).action_submit()
        self.assertEqual(self.reminded(), self.users["manager"], "who may approve")
        self.as_user("user", self.plan).action_back_to_draft()
        self.assertFalse(self.reminded())
        self.as_user("user", self.plan).action_submit()
        self.as_user("manager", self.plan).action_cancel()
        self.assertFalse(self.reminded())

    def test_nobody_reviews_the_own_plan_where_two_are_wanted(self):
        self.company_a.marketing_plan_four_eyes = True
        self.plan.user_id = self.users["manager"]
        self.plan.reviewer_ids = self.managers
        self.as_user("manager", self.plan).action_submit()
        self.assertEqual(self.reminded(), self.users["administrator"])

    def test_the_link_leads_to_the_plan(self):
        self.assertRegex(
            self.plan.share_url, rf"^http.*/odoo/campaign-plans/{self.plan.id}$"
        )

    def test_creatives_that_do_not_fit_are_named(self):
        plan = self.as_user("manager", self.plan)
        self.spring.write({"season_start": "2025-06-01", "season_end": "2025-07-31"})
        self.fall.state = "retired"
        self.new_line("W1", creative=self.fall)
        with self.assertRaises(UserError) as caught:
            plan.action_approve()
        for part in (
            "“Spring” is out of season in the waves of: E1 Store E1",
            "“Fall” is retired: W1 Store W1",
        ):
            self.assertIn(part, str(caught.exception))
        # what is left out does not matter
        self.plan.line_ids.is_included = False
        self.assertNotIn("season", self.plan.problem_text)

    def test_the_period_keeps_its_waves(self):
        self.new_wave("Week 1", date_start="2026-03-20", date_end="2026-03-26")
        with self.assertRaisesRegex(ValidationError, "“Week 1” is outside the period"):
            self.plan.period_end = "2026-03-22"
        self.plan.write({"period_start": "2026-03-20", "period_end": "2026-03-26"})
