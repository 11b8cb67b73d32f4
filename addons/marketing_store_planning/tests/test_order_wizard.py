import base64

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import PlanningCase


@tagged("post_install", "-at_install")
class TestOrderWizard(PlanningCase):
    """Stores, creative, pieces, review: an order by hand, with the rules of plans."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_contacts()
        cls.stores["E1"].households = 900
        cls.new_result("E2", pieces=300)
        cls.new_result(
            "E2",
            cls.fall,
            pieces=200,
            period_start="2026-02-01",
            period_end="2026-02-28",
        )

    def start(self, role="sales", **values):
        wizards = self.as_user(role, self.env["campaign.order.create"])
        return wizards.create(values)

    def review(self, **values):
        """Return a wizard at its last step, with the creative for everybody."""
        values.setdefault("store_ids", [(6, 0, [s.id for s in self.two()])])
        wizard = self.start(**values)
        for _step in ("creative", "pieces", "review"):
            wizard.creative_id = self.spring
            wizard.action_next()
        self.assertEqual(wizard.state, "review")
        return wizard

    def two(self):
        return self.stores["E1"] + self.stores["E2"]

    def upload(self, text, **values):
        wizard = self.start(method="file", **values)
        wizard.file = base64.b64encode(text.encode())
        wizard.action_next()
        return wizard

    def test_from_stores_to_the_order(self):
        wizard = self.start(store_ids=[(6, 0, self.two().ids)])
        self.assertEqual(wizard.found_count, 2)
        wizard.action_next()
        self.assertEqual(wizard.state, "creative")
        with self.assertRaisesRegex(UserError, "Without a creative: E1 Store E1, E2"):
            wizard.action_next()
        wizard.creative_id = self.spring
        wizard.action_next()
        self.assertEqual(
            wizard.line_ids.mapped("quantity"), [900, 200], "households, or last drop"
        )
        wizard.action_next()
        self.assertFalse(wizard.problem_text)
        self.assertEqual(
            (wizard.order_count, wizard.total_stores, wizard.total_quantity),
            (1, 2, 1100),
        )
        self.assertAlmostEqual(wizard.total_amount, 440, msg="1,100 at 0.40")
        self.assertIn("1,100", wizard.summary)
        action = wizard.action_create_orders()
        order = wizard.order_ids
        self.assertEqual(action["res_id"], order.id)
        self.assertEqual(
            (order.partner_id, order.partner_shipping_id), (self.own, self.printer)
        )
        self.assertTrue(order.is_direct_mail)
        self.assertFalse(order.campaign_plan_id or order.campaign_wave_id)
        self.assertEqual(order.order_line.store_id, self.two())
        self.assertEqual(order.order_line.store_creative_id, self.spring)
        self.assertAlmostEqual(order.amount_untaxed, 440)
        self.assertEqual(order.user_id, self.users["sales"])

    def test_a_second_click_makes_no_second_order(self):
        wizard = self.review()
        wizard.action_create_orders()
        first = wizard.order_ids
        again = wizard.action_create_orders()
        self.assertEqual(wizard.order_ids, first)
        self.assertEqual(again["res_id"], first.id)
        wizard.action_next()
        self.assertEqual(wizard.state, "done")

    def test_by_region_state_and_group(self):
        ohio = self.env.ref("base.state_us_30")
        self.stores["E1"].state_id = ohio
        east, west = (self.regions[side].ids for side in ("east", "west"))
        for values, found in (
            ({"region_ids": [(6, 0, east)]}, {"E1", "E2"}),
            ({"region_ids": [(6, 0, east)], "state_ids": [(6, 0, ohio.ids)]}, {"E1"}),
            ({"region_ids": [(6, 0, west)], "state_ids": [(6, 0, ohio.ids)]}, set()),
            ({}, set()),
        ):
            wizard = self.start(method="area", **values)
            numbers = set(wizard._find_stores().mapped("number"))
            self.assertEqual(numbers, found, values)
        with self.assertRaisesRegex(UserError, "at least one store"):
            wizard.action_next()
        group = self.env["marketing.store.group"].create(
            {
                "name": "Malls",
                "company_id": self.company_a.id,
                "store_ids": [(6, 0, (self.two() + self.stores["W1"]).ids)],
            }
        )
        self.stores["W1"].active = False
        wizard = self.start(method="group", group_ids=[(6, 0, group.ids)])
        self.assertEqual(wizard._find_stores(), self.two())

    def test_stepping_back_keeps_what_was_chosen(self):
        wizard = self.review()
        wizard.line_ids[0].quantity = 77
        for _step in range(5):
            wizard.action_back()
        self.assertEqual(wizard.state, "stores")
        wizard.store_ids = [(6, 0, (self.stores["E1"] + self.stores["W1"]).ids)]
        wizard.action_next()
        self.assertEqual(
            {(line.store_number, line.quantity) for line in wizard.line_ids},
            {("E1", 77), ("W1", 0)},
        )

    def test_pieces_and_creative_for_all(self):
        wizard = self.review()
        wizard.write({"quantity_rule": "last"})
        wizard.action_quantity_for_all()
        self.assertEqual(wizard.line_ids.mapped("quantity"), [0, 200])
        wizard.quantity_rule = "fixed"
        with self.assertRaisesRegex(UserError, "how many pieces"):
            wizard.action_quantity_for_all()
        wizard.quantity = 50
        wizard.action_quantity_for_all()
        self.assertEqual(wizard.line_ids.mapped("quantity"), [50, 50])
        wizard.creative_id = self.fall
        wizard.action_creative_for_all()
        self.assertEqual(wizard.line_ids.creative_id, self.fall)
        wizard.creative_id = False
        with self.assertRaisesRegex(UserError, "Choose the creative"):
            wizard.action_creative_for_all()

    def test_other_groupings(self):
        wizard = self.review(date_planned="2026-03-02")
        wizard.line_ids[1].creative_id = self.fall
        wizard.grouping = "creative"
        self.assertEqual(wizard.order_count, 2)
        wizard.grouping = "store"
        self.assertIn("Without a billing address: E1", wizard.problem_text)
        for store in self.two():
            store.partner_id = store.partner_id.create({"name": store.name})
        wizard.invalidate_recordset()
        self.assertFalse(wizard.problem_text)
        wizard.action_create_orders()
        orders = wizard.order_ids
        self.assertEqual(orders.partner_id, self.two().partner_id)
        self.assertEqual(orders.mapped("piece_count"), [900, 200])
        self.assertEqual(str(orders[0].commitment_date), "2026-03-02 12:00:00")
        self.company_a.marketing_plan_bill_stores = True
        self.assertEqual(self.start().grouping, "store")

    def test_what_forbids_the_order(self):
        wizard = self.review()
        first, second = wizard.line_ids
        first.quantity, second.quantity = 901, 0
        second.copy({"creative_id": self.spring.id})
        self.fall.product_id.seller_ids.unlink()
        second.creative_id = self.fall
        self.spring.write({"season_start": "2025-07-01", "season_end": "2025-07-02"})
        wizard.date_planned = "2026-03-02"
        self.company_a.marketing_plan_partner_id = False
        wizard.invalidate_recordset()
        for part in (
            "Without pieces: E2",
            "than there are households.*E1",
            "No vendor price for the quantity of: Fall",
            "“Spring” is out of season then",
            "Choose the contact that direct mail is sold to",
        ):
            self.assertRegex(wizard.problem_text, part)
        second.creative_id = self.spring
        wizard.invalidate_recordset()
        self.assertIn("same creative twice: E2", wizard.problem_text)
        with self.assertRaisesRegex(UserError, "Without pieces"):
            wizard.action_create_orders()
        self.assertFalse(wizard.order_ids)
        self.assertFalse(
            self.env["sale.order"].search([("partner_id", "=", self.own.id)])
        )

    def test_a_file_with_everything(self):
        wizard = self.upload("Store;Creative;Pieces\nE1;spring;500\nE2;;\n")
        self.assertEqual(wizard.state, "creative")
        self.assertEqual(
            [(r.store_number, r.creative_id, r.quantity) for r in wizard.line_ids],
            [("E1", self.spring, 500), ("E2", self.fall.browse(), 0)],
        )
        wizard.creative_id = self.fall
        wizard.action_next()
        self.assertEqual(wizard.line_ids.creative_id, self.spring + self.fall)
        self.assertEqual(wizard.line_ids.mapped("quantity"), [500, 200])

    def test_each_bad_row_has_its_reason(self):
        self.fall.state = "retired"
        text = (
            "store,creative,quantity\nXX,,\nB1,,\nE1,Winter,\nE1,Fall,\nE1,Spring,-5\n"
            "E1,Spring,99999999\nE1,Spring,many\nE1,Spring,0\n,Spring,1\n"
            "E2,Spring,10\nE2,spring,20\n"
        )
        wizard = self.upload(text)
        self.assertEqual((wizard.state, wizard.problem_count), ("stores", 10))
        for part in (
            "There is no store with the number “XX”",
            "There is no store with the number “B1”",
            "There is no creative “Winter”",
            "“Fall” is retired",
            "quantity: a negative number",
            "quantity: more than any store has",
            "quantity: not a whole number",
            "No pieces: leave the row out",
            "store: empty",
            "The same as row 11",
        ):
            self.assertIn(part, wizard.preview)
        self.assertFalse(wizard.line_ids)
        wizard.leave_out = True
        wizard.action_next()
        self.assertEqual(wizard.line_ids.mapped("quantity"), [10])
        for bad, reason in (
            ("number;x\nQ;1\n", "No row of the file can be used"),
            ("name\nE1\n", "no column “store”"),
        ):
            with self.assertRaisesRegex(UserError, reason):
                self.upload(bad, leave_out=True)
        with self.assertRaisesRegex(UserError, "Choose a CSV file"):
            self.start(method="file").action_next()

    def test_from_an_approved_plan(self):
        self.new_line("E1", 100)
        self.as_user("manager", self.plan).action_approve()
        # who both approves and sells
        self.users["manager"].group_ids += self.env.ref(
            "sales_team.group_sale_salesman"
        )
        wizard = self.start("manager", source="plan")
        self.assertTrue(wizard.can_use_plan)
        with self.assertRaisesRegex(UserError, "Choose an approved plan"):
            wizard.action_next()
        wizard.plan_id = self.plan
        action = wizard.action_next()
        self.assertEqual(action["res_model"], "campaign.plan.execute")
        self.assertEqual(action["context"], {"default_plan_id": self.plan.id})
        # sales staff alone make no orders of a plan
        seller = self.start(source="plan", plan_id=self.plan.id)
        self.assertFalse(seller.can_use_plan)
        with self.assertRaisesRegex(UserError, "at least one store"):
            seller.action_next()

    def test_who_may(self):
        for role in ("analyst", "user", "manager", "east"):
            with self.assertRaises(AccessError, msg=role):
                self.start(role)
        wizard = self.review()
        other = self.as_user("manager", wizard)
        with self.assertRaises(AccessError):
            other.action_create_orders()
        with self.assertRaises(AccessError):
            self.start(store_ids=[(6, 0, self.foreign_store.ids)]).store_ids.read(
                ["name"]
            )

    def test_the_past_of_a_store_is_told_in_numbers_only(self):
        with self.assertRaises(AccessError):
            self.as_user("sales", self.env["store.campaign.result"]).search([])
        stores = self.as_user("sales", self.two())
        self.assertEqual(stores._read_past_drops(), {self.stores["E2"].id: (200, 300)})
