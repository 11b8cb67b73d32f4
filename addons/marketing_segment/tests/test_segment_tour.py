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

    def _check_relative_date(self, segment):
        conditions = segment._parse_domain(segment.filter_domain).iter_conditions()
        self.assertIn(
            ("last_order_date", ">=", "today -45d"),
            [(c.field_expr, c.operator, c.value) for c in conditions],
        )
