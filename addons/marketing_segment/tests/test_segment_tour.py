from datetime import timedelta

from odoo import Command, fields
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

    def test_high_value_slipping_away_likes_coffee(self):
        """Built in the web client, read member by member, and moved by new orders."""
        new_test_user(
            self.env,
            "mms_tour",
            "marketing_base.group_user,sales_team.group_sale_salesman",
        )
        coffee, tea = (self._make_product(name) for name in ("Tour Coffee", "Tour Tea"))
        people = self.env["res.partner"].create(
            [{"name": name} for name in ("Tour Regular", "Tour Tea Drinker")]
        )
        regular, drinker = people
        # a usual gap of 10 days, and silent for 45: slipping away
        for customer, product in ((regular, coffee), (drinker, tea)):
            self._buy(customer, product, 75, 65, 55, 45)
        company = self.env.company
        self.env["customer.profile"]._refresh_full(company)
        self.start_tour(
            "/odoo/customer-segments", "mm_segment_slipping_away", login="mms_tour"
        )
        segment = self.env["customer.segment"].search(
            [("name", "=like", "High value%")]
        )
        self.assertEqual(segment._get_segment_customers(), regular)
        # one comes back, and of the other two orders become known later
        self._buy(regular, tea, 0)
        self._buy(drinker, coffee, 44, 43)
        self.env["customer.profile"]._refresh_dirty()
        segment._refresh_changed(company.id, people.ids)
        history = self.env["segment.membership"].search(
            segment.action_view_history()["domain"]
        )
        self.assertEqual(
            {row.partner_id: bool(row.left_at) for row in history},
            {regular: True, drinker: False},
        )
        self.assertEqual(segment.customer_count, 1)
        self.env.cr.execute(
            """SELECT partner_id, properties ->> 'change' FROM marketing_event
                WHERE event_type = 'user_segmented' AND partner_id IS NOT NULL
                  AND properties ->> 'segment_id' = %s""",
            [str(segment.id)],
        )
        self.assertEqual(
            set(self.env.cr.fetchall()),
            {(regular.id, "left"), (drinker.id, "entered")},
        )

    def _make_product(self, name):
        category = self.env["product.category"].create({"name": name})
        return self.env["product.product"].create(
            {
                "name": name,
                "categ_id": category.id,
                "type": "service",
                "list_price": 50,
                "taxes_id": False,
            }
        )

    def _buy(self, partner, product, *days):
        for number in days:
            order = self.env["sale.order"].create(
                {
                    "partner_id": partner.id,
                    "order_line": [Command.create({"product_id": product.id})],
                }
            )
            moment = fields.Datetime.now() - timedelta(days=number)
            order.write({"state": "sale", "date_order": moment})

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
