from collections import Counter

from odoo.tests import tagged

from .common_find import RULES, SegmentFindCase


@tagged("post_install", "-at_install")
class TestSegmentChanged(SegmentFindCase):
    """What a change of a few customers moves is what a full refresh would find."""

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
