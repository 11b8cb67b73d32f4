from collections import Counter

from odoo import Command, fields
from odoo.tests import tagged

from ..models import customer_segment_find
from ..segment_compiler import get_clock
from .common_random import RandomRuleCase, to_domain

RULES = 40


@tagged("post_install", "-at_install")
class TestSegmentFind(RandomRuleCase):
    """One customer against all segments, and what a change of a few moves."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.segments = cls.env["customer.segment"]
        cls.people = cls.env["res.partner"].browse(cls.table)
        cls.fixed = cls.segments.create({"name": "List", "segment_type": "static"})
        cls.fixed._add_members(cls.people[:5], "manual")
        domains = [repr(to_domain(cls._make_tree(3))) for _number in range(RULES)]
        domains += [
            "[]",
            "[('last_order_date', '>=', '-30d')]",
            "[('partner_id.country_id', 'ilike', 'Belg')]",
            "[('partner_id.create_date', '>=', 'today -1d')]",
            f"[('segment_ids', 'in', [{cls.fixed.id}])]",
            f"['!', ('segment_ids', 'in', [{cls.fixed.id}])]",
            """[('purchases', 'like', '{"operator": "=", "value": 0}')]""",
        ]
        cls.rules = cls.segments.create(
            [
                {"name": f"Rule {number}", "filter_domain": domain}
                for number, domain in enumerate(domains)
            ]
        )
        cls.rules |= cls.segments.create(
            {"name": "RFM", "segment_type": "rfm", "recency_min": 2}
        )
        cls.foreign = cls.segments.create({"name": "B", "company_id": cls.company_b.id})

    def _match(self, people):
        rows = self.segments._find_matches(self.company_a, people.ids)
        self.assertEqual(len(rows), len(set(rows)), "each pair once")
        return set(rows)

    def _get_expected(self, people):
        return {
            (customer.id, segment.id)
            for segment in self.rules | self.fixed
            for customer in segment._get_segment_customers() & people
        }

    def _get_stored(self):
        self.env.cr.execute(
            """SELECT partner_id, segment_id FROM segment_membership
                WHERE left_at IS NULL AND segment_id = ANY(%s)""",
            [(self.rules | self.fixed).ids],
        )
        return set(self.env.cr.fetchall())

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
        self.rules[-1].recency_min = 1
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

    # === INCREMENTAL REFRESH === #

    def _change(self, people):
        """Give some of the customers other figures, as an order would."""
        pick = self.random.choice
        for customer in people:
            if pick([True, False, False]):
                self.env.cr.execute(
                    "DELETE FROM customer_profile WHERE partner_id = %s", [customer.id]
                )
                continue
            customer.city = pick([False, "Ghent", "Bruges"])
            self.env.flush_all()
            self.env.cr.execute(
                """UPDATE customer_profile SET order_count = %s, revenue = %s,
                          last_order_date = %s, recency_score = %s
                    WHERE partner_id = %s""",
                [pick([1, 2, 5]), pick([0, 10, 99.5]), self._day(pick([3, 60]))]
                + [pick([None, 1, 5]), customer.id],
            )
        self.env.invalidate_all()

    def test_incremental_is_full_after_random_changes(self):
        self.assertEqual(self._get_stored(), self._get_expected(self.people))
        for _round in range(3):
            changed = self.people.browse(self.random.sample(self.people.ids, 8))
            self._change(changed)
            self.segments._refresh_changed(self.company_a.id, changed.ids)
            self.assertEqual(self._get_stored(), self._get_expected(self.people))
        for segment in self.rules:
            self.assertEqual(segment._sync_members(), (0, 0), segment.filter_domain)
            reasons = segment._read_reasons(segment._members_sql())
            counts = (segment.customer_count, segment.sendable_count)
            self.assertEqual(counts, (sum(reasons.values()), reasons.pop(None, 0)))
            self.assertEqual(segment.refusal_summary or {}, reasons)
            self.assertEqual(segment.size_ids[:1].customer_count, counts[0])

    def _get_events(self):
        self.env.cr.execute(
            """SELECT (properties ->> 'segment_id')::int, properties ->> 'change',
                      partner_id
                 FROM marketing_event
                WHERE event_type = 'user_segmented' AND company_id = %s""",
            [self.company_a.id],
        )
        return Counter(self.env.cr.fetchall())

    def test_only_what_is_touched_moves(self):
        everybody = self.rules.filtered(lambda s: s.name == f"Rule {RULES}")
        lately = self.rules.filtered(lambda s: "-30d" in (s.filter_domain or ""))
        customer = self.people[7]
        before = self._get_events()
        times = {s: s.last_calculated_at for s in self.rules}
        self.env.cr.execute(
            "UPDATE customer_profile SET last_order_date = %s WHERE partner_id = %s",
            [self._day(3), customer.id],
        )
        self.env.invalidate_all()
        self.assertEqual(
            self.segments._refresh_changed(self.company_a.id, customer.ids), 1
        )
        new = self._get_events() - before
        moved = [(lately.id, "entered", customer.id), (lately.id, None, None)]
        self.assertEqual(new, Counter(moved))
        self.assertEqual(lately.customer_count, 1)
        self.assertEqual(everybody.customer_count, len(self.people))
        self.assertEqual({s: s.last_calculated_at for s in self.rules}, times)
        self.assertEqual(
            self.segments._refresh_changed(self.company_a.id, customer.ids), 0
        )

    def test_those_that_wait_for_their_full_refresh(self):
        lately = self.rules.filtered(lambda s: "-30d" in (s.filter_domain or ""))
        self.env.cr.execute(
            "UPDATE customer_profile SET last_order_date = %s", [self._day(3)]
        )
        for values in ({"auto_refresh": False}, {"track_members": False}):
            with self.subTest(values=values), self.env.cr.savepoint() as savepoint:
                self.env.cr.execute(
                    "UPDATE customer_segment SET {} = FALSE WHERE id = %s".format(
                        *values
                    ),
                    [lately.id],
                )
                self.env.invalidate_all()
                self.segments._refresh_changed(self.company_a.id, self.people.ids)
                self.assertEqual(lately.customer_count, 0)
                savepoint.rollback()
                self.env.invalidate_all()
        self.segments._refresh_changed(self.company_a.id, self.people.ids)
        self.assertEqual(lately.customer_count, len(self.people))

    def test_wrong_counts_are_counted_again(self):
        lately = self.rules.filtered(lambda s: "-30d" in (s.filter_domain or ""))
        self.env.cr.execute(
            "UPDATE customer_profile SET last_order_date = %s WHERE partner_id = %s",
            [self._day(3), self.people[0].id],
        )
        self.segments._refresh_changed(self.company_a.id, self.people[:1].ids)
        self.env.cr.execute(
            """UPDATE customer_segment SET customer_count = 0, sendable_count = 0,
                      refusal_summary = '{}' WHERE id = %s""",
            [lately.id],
        )
        self.env.cr.execute(
            "UPDATE customer_profile SET last_order_date = NULL WHERE partner_id = %s",
            [self.people[0].id],
        )
        self.env.invalidate_all()
        self.segments._refresh_changed(self.company_a.id, self.people[:1].ids)
        self.assertEqual((lately.customer_count, lately.sendable_count), (0, 0))
        self.assertFalse(lately.refusal_summary)

    def test_orders_queue_their_customers(self):
        buyer = self._customer("Buyer")
        self.profiles._refresh_full(self.company_a)
        self._order(buyer, 1, (self.wine, 10))
        # the first refresh of a company ranks everybody
        self.profiles._refresh_full(self.company_a)
        self._order(buyer, 2, (self.wine, 20))
        self.profiles._refresh_dirty()
        jobs = self.env["marketing.job"].search(
            [("model", "=", "customer.segment"), ("method", "=", "_refresh_changed")]
        )
        payloads = [j.payload for j in jobs if buyer.id in j.payload["partner_ids"]]
        self.assertEqual([p["company_id"] for p in payloads], [self.company_a.id])
        self.segments._refresh_changed(10**6, [1])
