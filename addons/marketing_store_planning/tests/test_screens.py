from lxml import etree

from odoo.tests import Form, tagged

from .common import PlanningCase


@tagged("post_install", "-at_install")
class TestScreens(PlanningCase):
    """Screens open and save for those who use them."""

    def test_a_marketer_makes_a_plan_by_form(self):
        form = Form(self.as_user("user", self.env["campaign.plan"]))
        form.name = "By form"
        form.period_start = "2026-04-01"
        form.period_end = "2026-04-30"
        with form.wave_ids.new() as wave:
            wave.name = "Week 1"
        plan = form.save()
        self.assertEqual(plan.user_id, self.users["user"])
        self.assertEqual(plan.wave_ids.name, "Week 1")

    def test_a_regional_manager_overrides_by_form(self):
        line = self.as_user("east", self.advise("E1"))
        with Form(line) as form:
            form.creative_id = self.as_user("east", self.fall)
            form.quantity = 125
            form.override_reason = "Florida prefers it"
        self.assertTrue(line.is_overridden)

    def test_forms_open_for_readers(self):
        self.new_line("E1")
        self.new_result("E1", pieces=1)
        for role in ("analyst", "east"):
            for model in (
                "campaign.plan",
                "campaign.plan.line",
                "marketing.store",
                "store.creative",
                "store.campaign.result",
            ):
                record = self.as_user(role, self.env[model]).search([], limit=1)
                with self.subTest(role=role, model=model):
                    self.assertTrue(Form(record))

    def test_forms_open_for_sales_staff(self):
        self.new_line("E1")
        self.new_result("E1", pieces=700)
        self.as_user("manager", self.plan).action_approve()
        for model in ("campaign.plan", "campaign.plan.line", "marketing.store"):
            record = self.as_user("sales", self.env[model]).search([], limit=1)
            with self.subTest(model=model):
                self.assertTrue(Form(record))
        store = self.as_user("sales", self.stores["E1"])
        self.assertEqual((store.drop_count, store.largest_drop), (0, 0))

    def test_open_lines_and_orders_of_a_plan(self):
        line = self.new_line("E1")
        action = self.plan.action_open_lines()
        found = self.env["campaign.plan.line"].search(action["domain"])
        self.assertEqual(found, line)
        self.assertEqual(action["context"], {"default_plan_id": self.plan.id})
        self.assertIn("campaign_plan_id", str(self.plan.action_open_orders()["domain"]))

    def test_regional_managers_and_salespeople_find_their_menus(self):
        root = self.env.ref("marketing_base.menu_root").id
        orders = self.env.ref("marketing_store_planning.menu_sale_campaign_orders").id
        for role, planning, sales in (("east", True, False), ("sales", False, True)):
            user = self.users[role]
            visible = self.env["ir.ui.menu"].with_user(user)._visible_menu_ids()
            self.assertEqual(root in visible, planning, role)
            self.assertEqual(orders in visible, sales, role)

    def test_the_order_shows_its_plan(self):
        arch = self.env["sale.order"].get_view(view_type="form")["arch"]
        fields = set(etree.fromstring(arch).xpath("//field/@name"))
        self.assertLessEqual({"campaign_plan_id", "print_state"}, fields)
