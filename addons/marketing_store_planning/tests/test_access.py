from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import PlanningCase

OWN = (
    "marketing.store",
    "marketing.store.region",
    "marketing.store.group",
    "store.creative",
    "store.campaign.result",
    "campaign.plan",
    "campaign.plan.wave",
    "campaign.plan.line",
)


@tagged("post_install", "-at_install")
class TestAccess(PlanningCase):
    """Who sees and changes what, in two companies and two regions."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lines = {number: cls.new_line(number) for number in cls.stores}
        for number in cls.stores:
            cls.new_result(number, pieces=1000)
        cls.wave = cls.new_wave("Week 1")
        cls.env["marketing.store.group"].create(
            {"name": "All", "company_id": cls.company_a.id}
        )

    def seen(self, role, model, domain=()):
        return self.as_user(role, self.env[model]).search(list(domain))

    def test_nothing_of_another_company(self):
        for role in ("analyst", "user", "manager", "administrator"):
            for model in OWN:
                seen = self.seen(role, model)
                with self.subTest(role=role, model=model):
                    self.assertTrue(seen)
                    self.assertEqual(seen.sudo().company_id, self.company_a)
        for records in (self.foreign_store, self.foreign_plan):
            with self.assertRaises(AccessError):
                self.as_user("manager", records).read(["name"])

    def test_a_user_of_the_other_company_sees_the_other_one(self):
        stranger = self.new_user("manager", self.company_b)
        for model in OWN:
            seen = self.env[model].with_user(stranger).search([])
            self.assertFalse(seen.sudo().company_id - self.company_b, model)
        with self.assertRaises(AccessError):
            self.plan.with_user(stranger).write({"name": "Mine now"})
        with self.assertRaises(AccessError):
            self.lines["E1"].with_user(stranger).write({"quantity": 1})

    def test_an_outsider_sees_nothing(self):
        for model in (*OWN, "marketing.store.type"):
            self.assertFalse(
                self.env[model].with_user(self.outsider).has_access("read")
            )

    def test_analysts_read_only(self):
        for model in OWN:
            records = self.as_user("analyst", self.env[model])
            self.assertTrue(records.has_access("read"))
            for right in ("write", "create", "unlink"):
                self.assertFalse(records.has_access(right), (model, right))

    def test_marketers_plan_and_managers_delete_what_is_shared(self):
        line = self.as_user("user", self.lines["E1"])
        line.quantity = 7
        plan = self.as_user("user", self.env["campaign.plan"]).create({"name": "Mine"})
        self.assertEqual(plan.company_id, self.company_a)
        store = self.as_user("user", self.stores["E1"])
        store.households = 9
        self.assertFalse(store.has_access("unlink"))
        self.assertFalse(self.as_user("user", self.regions["east"]).has_access("write"))
        self.assertTrue(self.as_user("manager", store).has_access("unlink"))
        self.as_user("manager", self.regions["east"]).market = "New"

    def test_a_regional_manager_sees_the_own_region(self):
        for model, count in (
            ("marketing.store", 2),
            ("store.campaign.result", 2),
            ("campaign.plan.line", 2),
            ("marketing.store.region", 1),
        ):
            self.assertEqual(len(self.seen("east", model)), count, model)
        self.assertEqual(self.seen("west", "marketing.store"), self.stores["W1"])
        self.assertEqual(self.seen("east", "campaign.plan"), self.plan)
        self.assertEqual(self.as_user("east", self.plan).total_stores, 2)
        self.assertEqual(self.plan.total_stores, 3)

    def test_a_regional_manager_decides_about_the_own_stores(self):
        line = self.as_user("east", self.lines["E1"])
        line.write({"creative_id": self.fall.id, "quantity": 125, "notes": "Florida"})
        self.assertAlmostEqual(self.lines["E1"].cost, 75)
        with self.assertRaises(AccessError):
            self.as_user("east", self.lines["W1"]).write({"quantity": 1})
        for records, right in (
            (line, "create"),
            (line, "unlink"),
            (self.plan, "write"),
            (self.wave, "write"),
            (self.stores["E1"], "write"),
            (self.spring, "write"),
        ):
            self.assertFalse(self.as_user("east", records).has_access(right))

    def test_the_price_of_a_run_counts_stores_that_one_may_not_see(self):
        self.lines["W1"].quantity = 800
        line = self.as_user("east", self.lines["E1"])
        line.quantity = 100
        self.assertAlmostEqual(line.unit_price, 0.4, msg="1,000 pieces in all")

    def test_two_roles_add_up(self):
        self.users["east"].group_ids += self.env.ref("marketing_base.group_analyst")
        self.assertEqual(len(self.seen("east", "marketing.store")), 3)

    def test_salespeople_see_approved_plans(self):
        for model in ("campaign.plan", "campaign.plan.wave", "campaign.plan.line"):
            self.assertFalse(self.seen("sales", model), model)
        for line in self.lines.values():
            line.wave_id = self.wave
        self.as_user("manager", self.plan).action_approve()
        self.assertEqual(self.seen("sales", "campaign.plan"), self.plan)
        self.assertEqual(self.seen("sales", "campaign.plan.wave"), self.wave)
        self.assertEqual(len(self.seen("sales", "campaign.plan.line")), 3)
        self.assertEqual(self.as_user("sales", self.plan).total_quantity, 300)
        self.assertFalse(self.as_user("sales", self.plan).has_access("write"))
        self.assertFalse(
            self.as_user("sales", self.env["store.campaign.result"]).has_access("read")
        )

    def test_types_without_company_are_of_everybody(self):
        self.env["marketing.store.type"].create(
            {"name": "Kiosk", "company_id": self.company_b.id}
        )
        seen = self.seen("user", "marketing.store.type")
        self.assertIn(self.mall, seen)
        self.assertNotIn("Kiosk", seen.mapped("name"))
