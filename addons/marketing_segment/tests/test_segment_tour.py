from odoo import Command
from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestSegmentTour(HttpCase):
    def test_a_relative_date_is_edited_as_days_ago(self):
        new_test_user(
            self.env,
            "mms_tour",
            "marketing_base.group_user,sales_team.group_sale_salesman",
        )
        segment = self.env["customer.segment"].create(
            {
                "name": "Lately",
                "filter_domain": "[('last_order_date', '>=', '-30d')]",
            }
        )
        self.start_tour(
            f"/odoo/customer-segments/{segment.id}",
            "mm_segment_relative_date",
            login="mms_tour",
        )
        self._check_relative_date(segment)

    def test_a_group_is_negated(self):
        new_test_user(
            self.env,
            "mms_tour",
            "marketing_base.group_user,sales_team.group_sale_salesman",
        )
        segment = self.env["customer.segment"].create(
            {
                "name": "Not these",
                "filter_domain": "['&', ('order_count', '>', 3), ('revenue', '>', 5)]",
            }
        )
        self.start_tour(
            f"/odoo/customer-segments/{segment.id}",
            "mm_segment_none_of",
            login="mms_tour",
        )
        tree = segment._get_tree()
        self.assertEqual(
            (tree.logic, len(tree.parts)), ("none", 2), segment.filter_domain
        )

    def test_a_share_is_chosen_by_keyboard_and_typed_in_percent(self):
        new_test_user(
            self.env,
            "mms_tour",
            "marketing_base.group_user,sales_team.group_sale_salesman",
        )
        segment = self.env["customer.segment"].create(
            {"name": "Bargains", "filter_domain": "[('order_count', '>', 3)]"}
        )
        self.start_tour(
            f"/odoo/customer-segments/{segment.id}",
            "mm_segment_share",
            login="mms_tour",
        )
        [condition] = segment._parse_domain(segment.filter_domain).iter_conditions()
        found = (condition.field_expr, condition.operator, condition.value)
        self.assertEqual(found, ("discount_share", ">=", 0.25))

    def test_why_somebody_is_in_the_segment(self):
        new_test_user(self.env, "mms_tour", "marketing_base.group_analyst")
        buyer, _visitor = self.env["res.partner"].create(
            [{"name": "Tour Buyer"}, {"name": "Tour Visitor"}]
        )
        company = self.env.company
        self.env.flush_all()
        self.env.cr.execute(
            """INSERT INTO customer_profile (partner_id, company_id, currency_id,
                                             order_count)
               VALUES (%s, %s, %s, 3)""",
            [buyer.id, company.id, company.currency_id.id],
        )
        segment = self.env["customer.segment"].create(
            {"name": "Regulars", "filter_domain": "[('order_count', '>=', 2)]"}
        )
        self.start_tour(
            f"/odoo/customer-segments/{segment.id}", "mm_segment_why", login="mms_tour"
        )

    def test_a_condition_on_purchases_is_built(self):
        new_test_user(
            self.env,
            "mms_tour",
            "marketing_base.group_user,sales_team.group_sale_salesman",
        )
        category = self.env["product.category"].create({"name": "Tour Coffee"})
        product = self.env["product.product"].create(
            {"name": "Tour Coffee", "categ_id": category.id, "type": "service"}
        )
        buyer = self.env["res.partner"].create({"name": "Tour Buyer"})
        order = {
            "partner_id": buyer.id,
            "order_line": [Command.create({"product_id": product.id})],
        }
        orders = self.env["sale.order"].create([order, order])
        orders.write({"state": "sale"})
        self.env["customer.profile"]._refresh_full(self.env.company)
        segment = self.env["customer.segment"].create({"name": "Coffee"})
        self.start_tour(
            f"/odoo/customer-segments/{segment.id}",
            "mm_segment_activity",
            login="mms_tour",
        )
        self.assertEqual(segment._get_segment_customers(), buyer)

    def _check_relative_date(self, segment):
        conditions = segment._parse_domain(segment.filter_domain).iter_conditions()
        self.assertIn(
            ("last_order_date", ">=", "today -45d"),
            [(c.field_expr, c.operator, c.value) for c in conditions],
        )

    def test_segments_are_compared(self):
        new_test_user(
            self.env,
            "mms_tour",
            "marketing_base.group_user,sales_team.group_sale_salesman",
        )
        company = self.env.company
        people = self.env["res.partner"].create(
            [
                {"name": name}
                for name in ("Tour Both", "Tour Too", "Tour Few", "Tour Many")
            ]
        )
        self.env["customer.segment"].search([]).action_archive()
        self.env.flush_all()
        self.env.cr.execute(
            """INSERT INTO customer_profile (partner_id, company_id, currency_id,
                                             order_count)
               SELECT id, %s, %s, (ARRAY[5, 5, 3, 9])[place]
                 FROM unnest(%s::int[]) WITH ORDINALITY given(id, place)""",
            [company.id, company.currency_id.id, people.ids],
        )
        often, seldom, listed = self.env["customer.segment"].create(
            [
                {"name": "Tour Often", "filter_domain": "[('order_count', '>=', 5)]"},
                {"name": "Tour Seldom", "filter_domain": "[('order_count', '<=', 5)]"},
                {"name": "Tour List", "segment_type": "static"},
            ]
        )
        listed._add_members(people[0], "manual")
        self.assertEqual((often.customer_count, seldom.customer_count), (3, 3))
        self.start_tour("/odoo/segment-overlap", "mm_segment_overlap", login="mms_tour")
        made = self.env["customer.segment"].search([("name", "=like", "Tour Often, %")])
        self.assertEqual(made._get_segment_customers(), people[3])
