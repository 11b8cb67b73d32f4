from odoo.tests import HttpCase, tagged

from .common import PlanningCase


@tagged("post_install", "-at_install")
class TestPlanEditing(PlanningCase, HttpCase):
    """Two people edit a line: it saves itself, and the second one is told."""

    def test_two_people(self):
        line = self.advise("E1", 100)
        self.advise("E2", 50)
        self.start_tour(
            f"/odoo/campaign-plans/{self.plan.id}",
            "mm_plan_two_people",
            login=self.users["user"].login,
        )
        self.assertEqual((line.quantity, line.notes), (120, "Call first"))
        self.assertEqual(line.override_user_id, self.users["user"])
