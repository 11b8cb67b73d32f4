from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .. import sample_stores
from .common import PlanningCase

MADE = ("marketing.store", "marketing.store.region", "store.creative")


@tagged("post_install", "-at_install")
class TestSampleStores(PlanningCase):
    """A new company tries samples; the companies with stores have them refused."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company_c = cls.env["res.company"].create({"name": "New Shop"})
        cls.manager = cls.new_user("manager", cls.company_c)
        cls.before = cls.counts(cls)
        cls.sample = cls.env["store.sample"].with_user(cls.manager)
        cls.made = cls.sample.load()

    def counts(self):
        self.env.flush_all()
        models = (*MADE, "product.product", "res.partner", "store.campaign.result")
        models += ("campaign.plan", "campaign.plan.line", "store.matrix")
        return {
            model: self.env[model].with_context(active_test=False).search_count([])
            for model in models
        }

    def own(self, model):
        return self.env[model].search([("company_id", "=", self.company_c.id)])

    def make_plan(self):
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env["store.sample"]._pump_plan(self.company_c.id, self.manager.id)
        self.env.invalidate_all()
        return self.own("campaign.plan")

    def test_stores_results_and_one_job(self):
        self.assertTrue(self.made)
        stores = self.own("marketing.store")
        self.assertEqual(len(stores), 18)
        self.assertEqual(set(stores.mapped("is_sample")), {True})
        results = self.own("store.campaign.result")
        self.assertEqual(len(results), 15 * sample_stores.MONTHS)
        self.assertEqual(set(results.mapped("is_derived")), {True})
        self.assertFalse(self.sample.load(), "a second press adds nothing")
        self.assertEqual(len(self.own("marketing.store")), 18)
        jobs = self.env["marketing.job"].search(
            [("key", "=", f"store.sample:{self.company_c.id}")]
        )
        self.assertEqual(len(jobs), 1)

    def test_the_plan_has_a_wave_for_each_region_and_all_stores(self):
        plan = self.make_plan()
        self.assertEqual(plan.name, "Sample plan")
        self.assertEqual(plan.user_id, self.manager)
        self.assertEqual(len(plan.line_ids), 18)
        for wave in plan.wave_ids:
            self.assertEqual(wave.line_ids.region_id.name, wave.name)
        self.assertEqual(len(plan.wave_ids), 3)
        statuses = set(plan.line_ids.mapped("ai_status"))
        self.assertEqual(statuses, {"auto", "review", "skip"}, "something to decide")
        self.assertEqual(self.make_plan(), plan, "a repeated job makes no second one")

    def test_removing_leaves_nothing(self):
        self.make_plan()
        self.assertFalse(self.sample.remove())
        self.assertEqual(self.counts(), self.before)

    def test_real_work_is_never_deleted(self):
        plan = self.make_plan()
        real = self.env["marketing.store"].create(
            {"number": "R1", "name": "Real", "company_id": self.company_c.id}
        )
        creative = self.own("store.creative")[0]
        line = self.env["campaign.plan.line"].create(
            {"plan_id": plan.id, "store_id": real.id, "creative_id": creative.id}
        )
        with self.assertRaisesRegex(UserError, "real stores, too: Sample plan"):
            self.sample.remove()
        line.unlink()
        self.new_result("E1", store_id=real.id, creative_id=creative.id, pieces=1)
        kept = self.sample.remove()
        self.assertEqual(kept, [creative.name])
        self.assertFalse(creative.is_sample)
        self.assertTrue(creative.product_id.exists())
        self.assertEqual(self.own("marketing.store"), real)

    def test_confirmed_orders_are_named(self):
        plan = self.make_plan()
        order = self.env["sale.order"].create(
            {
                "partner_id": self.company_c.partner_id.id,
                "company_id": self.company_c.id,
                "campaign_plan_id": plan.id,
            }
        )
        order.action_confirm()
        with self.assertRaisesRegex(UserError, order.name):
            self.sample.remove()
        order._action_cancel()
        self.sample.remove()
        self.assertFalse(order.exists())

    def test_refused_beside_real_stores_and_for_others(self):
        sample = self.env["store.sample"]
        with self.assertRaisesRegex(UserError, "stores of its own"):
            self.as_user("manager", sample).load()
        for method in ("load", "remove"):
            with self.assertRaises(AccessError):
                getattr(self.as_user("user", sample), method)()

    def test_steps_count_real_data_only(self):
        self.make_plan()
        steps = self.env["store.planning.steps"]
        found = steps.with_user(self.manager).get_steps()
        self.assertTrue(found["is_sample_loaded"])
        self.assertFalse([step for step in found["steps"] if step["is_done"]])
        self.new_line("E1")
        self.new_result("E1", pieces=1)
        found = self.as_user("user", steps).get_steps()
        done = {step["key"] for step in found["steps"] if step["is_done"]}
        self.assertEqual(done, {"stores", "creatives", "results", "plan"})
        self.assertFalse(found["is_manager"])
        for step in found["steps"]:
            self.assertTrue(self.env.ref(step["action"]))
        self.assertIs(self.as_user("analyst", steps).get_steps(), False)

    def test_everybody_hides_them_alone(self):
        steps = self.as_user("user", self.env["store.planning.steps"])
        steps.hide()
        self.assertTrue(steps.get_steps()["is_hidden"])
        other = self.as_user("manager", self.env["store.planning.steps"])
        self.assertFalse(other.get_steps()["is_hidden"])
        steps.hide(False)
        self.assertFalse(steps.get_steps()["is_hidden"])

    def test_the_samples_are_the_same_each_time(self):
        today = date(2026, 3, 15)
        self.assertEqual(sample_stores.results(today), sample_stores.results(today))
        rows = [values for *_keys, values in sample_stores.results(today)]
        self.assertEqual(min(row["period_start"] for row in rows), date(2025, 6, 1))
        self.assertTrue(all(row["conversions"] <= row["pieces"] for row in rows))
