from odoo.tests import HttpCase, new_test_user, tagged

MANAGER = "marketing_base.group_manager,sales_team.group_sale_salesman"
REGIONAL = "marketing_store_planning.group_regional_manager"
SALES = "sales_team.group_sale_salesman_all_leads"


@tagged("post_install", "-at_install")
class TestPlanningTours(HttpCase):
    """A month of printed mail in the browser: three people, each with their rights."""

    browser_size = "1600x1000"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create({"name": "Printed Mail Inc."})
        partners = cls.env["res.partner"]
        cls.company.write(
            {
                "marketing_plan_partner_id": partners.create({"name": "Mail"}).id,
                "marketing_plan_printer_id": partners.create({"name": "Printer"}).id,
            }
        )
        cls.users = {
            login: new_test_user(
                cls.env,
                f"mm_{login}",
                groups,
                company_id=cls.company.id,
                company_ids=[(6, 0, cls.company.ids)],
            )
            for login, groups in (
                ("planner", MANAGER),
                ("regional", REGIONAL),
                ("seller", SALES),
            )
        }
        cls.env["store.sample"].with_user(cls.users["planner"]).load()
        south = cls.env["marketing.store.region"].search(
            [("company_id", "=", cls.company.id), ("name", "=like", "South%")]
        )
        south.user_ids = cls.users["regional"]

    def plan_of_the_month(self):
        return self.env["campaign.plan"].search([("name", "=", "March Wave")])

    def line(self, number):
        lines = self.plan_of_the_month().line_ids
        return lines.filtered(lambda line: line.store_id.number == number)

    def test_a_month_from_the_matrix_to_the_printer(self):
        self.env["store.matrix"]._pump_compute(self.company.id)
        self.start_tour("/odoo/campaign-matrix", "mm_plan_create", login="mm_planner")
        plan = self.plan_of_the_month()
        self.assertEqual(plan.state, "in_review")
        self.assertEqual(len(plan.line_ids), 18)

        url = f"/odoo/campaign-plans/{plan.id}"
        self.start_tour(url, "mm_plan_override", login="mm_regional")
        line = self.line("SAMPLE-13")
        self.assertEqual(line.quantity, 125)
        self.assertEqual(line.override_user_id, self.users["regional"])
        self.assertEqual(line.override_reason, "Locals like it all year")
        self.assertEqual(line.recommended_creative_id.name, "Spring Sale (sample)")

        self.start_tour(url, "mm_plan_approve", login="mm_planner")
        self.assertEqual(plan.state, "executed")
        self.assertEqual(plan.approver_id, self.users["planner"])
        orders = plan.order_ids
        self.assertEqual(
            set(orders.campaign_wave_id.mapped("name")), {"Week 1", "Week 2"}
        )
        included = plan.line_ids.filtered("is_included")
        self.assertEqual(
            sum(orders.order_line.mapped("product_uom_qty")),
            sum(included.mapped("quantity")),
        )

        self.start_tour("/odoo/campaign-orders", "mm_plan_print", login="mm_seller")
        self.assertEqual(
            sorted(order.print_state or "" for order in orders), ["", "printing"]
        )
