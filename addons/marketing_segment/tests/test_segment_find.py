from odoo import Command, fields
from odoo.tests import tagged

from ..models import customer_segment_find
from ..segment_compiler import get_clock
from .common_find import RULES, SegmentFindCase


@tagged("post_install", "-at_install")
class TestSegmentFind(SegmentFindCase):
    """One customer against all segments."""

    def test_all_answers_are_those_of_the_members(self):
        expected = self._get_expected(self.people)
        self.assertEqual(self._match(self.people), expected)
        self.assertGreater(len(expected), RULES)
        for customer in self.people[:3]:
            found = self.segments._find_segments_of(customer)
            own = {segment for partner, segment in expected if partner == customer.id}
            self.assertEqual(set(found.ids), own)

    def test_a_contact_counts_as_its_customer(self):
        contact = self._customer("Contact", parent_id=self.people[0].id)
        found = self.segments._find_segments_of(contact)
        self.assertEqual(found, self.segments._find_segments_of(self.people[0]))

    def test_archived_ones_are_in_none(self):
        self.people[:2].active = False
        self.assertFalse(self.segments._find_segments_of(self.people[0]))
        self.assertEqual(self._match(self.people), self._get_expected(self.people))

    def test_a_changed_rule_is_compiled_again(self):
        before = self._match(self.people)
        self.rules[0].filter_domain = "[('order_count', '>=', 5)]"
        self.rules.filtered(lambda s: s.name == "RFM").recency_min = 1
        self.patterns.pattern_type_ids = self.env["customer.pattern.type"].search(
            [("id", "!=", self.patterns.pattern_type_ids.id)]
        )
        self.rules[1].active = False
        gone, self.rules = self.rules[1], self.rules - self.rules[1]
        after = self._match(self.people)
        self.assertEqual(after, self._get_expected(self.people))
        self.assertNotEqual(after, before)
        self.assertNotIn(gone.id, {segment for _partner, segment in after})

    def test_a_rule_whose_segment_is_gone_waits(self):
        inner = self.segments.create({"name": "Inner", "segment_type": "static"})
        inner._add_members(self.people[:3], "manual")
        outer = self.segments.create(
            {"name": "Outer", "filter_domain": f"[('segment_ids', 'in', [{inner.id}])]"}
        )
        self.assertIn((self.people[0].id, outer.id), self._match(self.people))
        self.env.cr.execute("DELETE FROM customer_segment WHERE id = %s", [inner.id])
        self.env.invalidate_all()
        self.assertEqual(self._match(self.people), self._get_expected(self.people))
        self.segments._refresh_changed(self.company_a.id, self.people.ids)
        self.assertEqual(outer.customer_count, 3, "as it was noted last")

    def test_an_unreadable_rule_stops_no_other(self):
        self.env.cr.execute(
            "UPDATE customer_segment SET filter_domain = %s WHERE id = %s",
            ["[('create_uid', '!=', False)]", self.rules[0].id],
        )
        self.rules[0].invalidate_recordset()
        self.rules -= self.rules[0]
        self.assertEqual(self._match(self.people), self._get_expected(self.people))

    def test_two_statements_whatever_the_number_of_segments(self):
        customer = self.people[0]
        now = fields.Datetime.now()
        self.patch(customer_segment_find.fields.Datetime, "now", lambda: now)
        self.segments._find_matches(self.company_a, customer.ids)
        self.env.flush_all()
        with self.assertQueryCount(2):
            self.segments._find_matches(self.company_a, customer.ids)

    def test_how_long_a_compiled_rule_holds(self):
        for domain, clock in (
            (
                [("order_count", "=", 1), ("acquisition_date", ">=", "2026-01-01")],
                "ever",
            ),
            ([("last_order_date", ">=", "today -30d")], "day"),
            ([("last_order_date", ">=", "-30d")], "minute"),
            ([("last_order_date", ">=", " now -30d")], "minute"),
            ([("last_order_date", "<", "=monday")], "minute"),
            ([("segment_ids", "in", [1])], "minute"),
            ([("purchases", "like", '{"value": 1}')], "minute"),
            ([("favourite_category_id", "child_of", [1])], "minute"),
        ):
            self.assertEqual(get_clock(repr(domain)), clock, domain)

    def test_what_a_user_may_not_see_is_not_found(self):
        user = self._user("mms_find", "analyst")
        own = self.segments.with_user(user).with_context(
            allowed_company_ids=self.company_a.ids
        )
        found = own._find_segments_of(self.people[0].with_env(own.env))
        self.assertTrue(found)
        self.assertEqual(found.company_id, self.company_a)
        self.env["ir.rule"].create(
            {
                "name": "Only lists",
                "model_id": self.env.ref("marketing_segment.model_customer_segment").id,
                "domain_force": "[('segment_type', '=', 'static')]",
                "groups": [
                    Command.link(self.env.ref("marketing_base.group_analyst").id)
                ],
            }
        )
        found = own._find_segments_of(self.people[0].with_env(own.env))
        self.assertEqual(found.ids, self.fixed.ids)
