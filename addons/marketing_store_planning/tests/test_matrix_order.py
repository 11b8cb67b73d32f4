from datetime import date, timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged

from .common import PlanningCase

TODAY = "2026-03-05"


@freeze_time(TODAY)
@tagged("post_install", "-at_install")
class TestMatrixOrder(PlanningCase):
    """A matrix as its job leaves it: two stores to approve at once, one to look at."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company_a.marketing_plan_four_eyes = False
        cls.company_a.marketing_plan_partner_id = cls.env["res.partner"].create(
            {"name": "Direct mail"}
        )
        cls.matrix = cls.env["store.matrix"].create(
            {
                "company_id": cls.company_a.id,
                "period_start": date(2026, 4, 1),
                "period_end": date(2026, 4, 30),
                "computed_at": cls.env.cr.now() + timedelta(minutes=1),
                "state": "done",
            }
        )
        cls.cells = cls.env["store.matrix.cell"].create(
            [
                {
                    "matrix_id": cls.matrix.id,
                    "company_id": cls.company_a.id,
                    "store_id": cls.stores[number].id,
                    "region_id": cls.stores[number].region_id.id,
                    "creative_id": cls.spring.id,
                    "quantity": 500,
                    "confidence": confidence,
                    "status": status,
                    "is_allowed": True,
                    "is_recommended": True,
                }
                for number, confidence, status in (
                    ("E1", 90, "auto"),
                    ("W1", 80, "auto"),
                    ("E2", 60, "review"),
                )
            ]
        )

    def _order(self, role="manager", filters=None):
        return self.as_user(role, self.env["store.matrix"]).order_at_once(filters)

    def test_order_at_once(self):
        page = self.as_user("manager", self.env["store.matrix"]).get_page()
        self.assertTrue(page["can_order"])
        action = self._order(filters={"status": "review"})
        plan = self.env["campaign.plan"].browse(action["context"]["default_plan_id"])
        self.assertEqual(plan.state, "approved")
        self.assertEqual(plan.line_ids.store_id.mapped("number"), ["E1", "W1"])
        self.assertFalse(plan.order_ids, "the wizard shows them first")
        wizard = self.as_user("manager", self.env["campaign.plan.execute"])
        wizard.with_context(**action["context"]).create({}).action_create()
        self.assertEqual(sum(plan.order_ids.order_line.mapped("product_uom_qty")), 1000)

    def test_of_the_view_only(self):
        region = self.regions["west"].id
        action = self._order(filters={"region": region})
        plan = self.env["campaign.plan"].browse(action["context"]["default_plan_id"])
        self.assertEqual(plan.line_ids.store_id, self.stores["W1"])

    def test_who_may(self):
        with self.assertRaises(AccessError):
            self._order("user")
        self.company_a.marketing_plan_four_eyes = True
        page = self.as_user("manager", self.env["store.matrix"]).get_page()
        self.assertFalse(page["can_order"])
        with self.assertRaisesRegex(AccessError, "second person"):
            self._order()

    def test_nothing_is_left_of_a_plan_that_cannot_be(self):
        self.spring.product_id.seller_ids.unlink()
        before = self.env["campaign.plan"].search_count([])
        with self.assertRaisesRegex(UserError, "price"), self.env.cr.savepoint():
            self._order()
        self.assertEqual(self.env["campaign.plan"].search_count([]), before)

    # === NIGHTLY === #

    def _renew(self):
        self.env.flush_all()
        self.env["store.matrix"]._cron_compute()
        return self.matrix.state == "waiting"

    def test_nothing_new_nothing_done(self):
        self.assertFalse(self._renew())

    def test_new_results_are_learned(self):
        self.matrix.computed_at = self.env.cr.now() - timedelta(days=1)
        self.assertTrue(self._renew())
        self.assertEqual(self.matrix.period_start, date(2026, 4, 1))
        jobs = self.env["marketing.job"].search([("model", "=", "store.matrix")])
        self.assertEqual(jobs.mapped("payload"), [{"company_id": self.company_a.id}])

    def test_a_period_that_is_over_moves_on(self):
        self.matrix.write(
            {"period_start": date(2026, 2, 1), "period_end": date(2026, 2, 28)}
        )
        self.assertTrue(self._renew())
        self.assertEqual(self.matrix.period_start, date(2026, 4, 1))
        self.assertEqual(self.matrix.period_end, date(2026, 4, 30))

    def test_never_computed(self):
        self.matrix.computed_at = False
        self.assertFalse(self._renew())
