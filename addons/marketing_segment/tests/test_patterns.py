from datetime import timedelta
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import SQL

from odoo.addons.marketing_engine.patterns import PATTERNS

from ..models import customer_pattern_refresh
from .common_patterns import PatternCase

EXPECTED = {
    "plain": (set(), False),
    "rich": ({"HIGH_SPENDER"}, "HIGH_SPENDER"),
    "almost_rich": ({"HIGH_SPENDER"}, "HIGH_SPENDER"),
    "frequent": ({"FREQUENT_SHOPPER"}, "FREQUENT_SHOPPER"),
    "weekender": ({"WEEKEND_SHOPPER"}, "WEEKEND_SHOPPER"),
    "winelover": ({"CATEGORY_FOCUSED"}, "CATEGORY_FOCUSED"),
    "local": ({"LOCATION_CLUSTERED"}, "LOCATION_CLUSTERED"),
    "once_weekend": (set(), False),
    "new": ({"NEW_SHOPPER"}, "NEW_SHOPPER"),
    "gone": ({"INACTIVE"}, "INACTIVE"),
    "seasonal": ({"SEASONAL_SPENDER"}, "SEASONAL_SPENDER"),
}


@tagged("post_install", "-at_install")
class TestPatterns(PatternCase):
    """From orders to labels, words and events."""

    def _dump(self):
        self.env.cr.execute(
            """SELECT partner_id, pattern, score, is_primary, figure, threshold,
                      support, category_id
                 FROM customer_pattern WHERE company_id = %s ORDER BY 1, 2""",
            [self.company_a.id],
        )
        return self.env.cr.fetchall()

    def test_each_buyer_carries_what_it_was_made_for(self):
        self._run()
        for name, (labels, main) in EXPECTED.items():
            with self.subTest(name=name):
                self.assertEqual(self._labels(name), labels)
                self.assertEqual(self._main(name), main)
        rows = self.patterns.search([("company_id", "=", self.company_a.id)])
        self.assertTrue(all(0 < row.score <= 1 for row in rows))
        self.assertFalse(self.patterns.search([("company_id", "=", self.company_b.id)]))
        self.assertFalse(self._events(), "a first run is no change of a customer")

    def test_the_reason_is_told_in_words(self):
        self._run()
        told = {
            (
                "weekender",
                "WEEKEND_SHOPPER",
            ): "100 % of 7 orders in 90 days at weekends",
            ("winelover", "CATEGORY_FOCUSED"): "100 % of the revenue of 4 order lines",
            ("gone", "INACTIVE"): "last order 45 days ago (more than 30)",
            ("new", "NEW_SHOPPER"): "first order 5 days ago (less than 30)",
            ("local", "LOCATION_CLUSTERED"): "all 4 orders in 90 days at one place",
            ("frequent", "FREQUENT_SHOPPER"): "30 orders in 90 days, 2.3 a week",
            ("rich", "HIGH_SPENDER"): "more than 100 % of the other buyers",
            ("seasonal", "SEASONAL_SPENDER"): "14 orders in twelve months, the best",
        }
        for (name, pattern), text in told.items():
            with self.subTest(name=name):
                self.assertIn(text, self._row(name, pattern).explanation)
        self.assertIn("“Wine”", self._row("winelover", "CATEGORY_FOCUSED").explanation)
        for pattern in self.env["customer.pattern.type"].search([]):
            self.assertTrue(pattern.rule.endswith("."), pattern.key)

    def test_changes_are_logged_with_their_reason(self):
        self._run()
        self._run()
        self.assertFalse(self._events(), "nothing changed")
        self._buy(self.people["gone"], [1], (self.wine, self.bread, self.cheese))
        self._buy(self.people["plain"], [0], (self.wine,), amount=5000)
        self.profiles._refresh_full(self.company_a)
        self._run()
        events = self._events()
        left = events["gone", "INACTIVE", "left"]
        self.assertEqual((left["figure"], left["threshold"]), (1, 30))
        self.assertEqual(left["previous_primary"], "INACTIVE")
        self.assertNotIn("primary", left)
        came = events["plain", "HIGH_SPENDER", "entered"]
        self.assertEqual((came["primary"], came["figure"]), ("HIGH_SPENDER", 0.8))
        self.assertNotIn("previous_primary", came)
        self.assertFalse(self._main("gone"))

    def test_a_label_is_kept_until_its_figure_is_clearly_below(self):
        self._run()
        # 96 % of the threshold: kept by whoever carries it, given to nobody else
        share = 1.0 / 0.96
        thresholds = self.thresholds._ensure(self.company_a)
        self.env.cr.execute(
            """UPDATE customer_pattern_threshold SET frequent_per_week = %s
                WHERE id = %s""",
            [30 * 7 / 90 * share, thresholds.id],
        )
        thresholds.invalidate_recordset(flush=False)
        self._run()
        self.assertEqual(self._labels("frequent"), {"FREQUENT_SHOPPER"})
        self.env.cr.execute(
            "DELETE FROM customer_pattern WHERE company_id = %s", [self.company_a.id]
        )
        self._run()
        self.assertEqual(self._labels("frequent"), set())

    def test_parts_of_the_customers_give_the_same_as_all_at_once(self):
        self._run()
        whole = self._dump()
        self.env.cr.execute("DELETE FROM customer_pattern")
        jobs = self.env["marketing.job"]
        last = jobs.search([], limit=1).id
        with patch.object(customer_pattern_refresh, "RANGE", 4):
            self._run()
        ranges = jobs.search([("method", "=", "_classify_range"), ("id", ">", last)])
        self.assertEqual(len(ranges), 3)
        self.assertEqual(self.patterns._count_waiting(self.company_a), 3)
        history = self.env["customer.profile.history"]
        history._note_month_of(self.company_a.id)
        self.assertFalse(
            history.search([("company_id", "=", self.company_a.id)]), "too early"
        )
        for job in ranges:
            self.patterns._classify_range(**job.payload)
        self.assertEqual(self._dump(), whole)
        self.assertEqual(len(whole), 9)

    def test_thresholds_move_labels_and_are_checked(self):
        self._run()
        thresholds = self.thresholds._ensure(self.company_a)
        jobs = self.env["marketing.job"]
        before = jobs.search_count([("method", "=", "_refresh_company")])
        thresholds.write({"inactive_days": 60, "weekend_share": 0.7})
        self.assertTrue(thresholds.is_baseline_due)
        self.assertEqual(
            jobs.search_count([("method", "=", "_refresh_company")]), before + 1
        )
        self._run()
        self.assertEqual(self._labels("gone"), set())
        self.assertFalse(self._events(), "the threshold moved, not the customer")
        self.assertFalse(thresholds.is_baseline_due)
        thresholds.write({"weekend_share": thresholds.weekend_share})
        self.assertFalse(thresholds.is_baseline_due, "written, but not changed")
        thresholds.action_restore_defaults()
        self.assertEqual(thresholds.inactive_days, 30)

    def test_figures_net_of_refunds(self):
        order = self._order(self.people["rich"], 1, (self.wine, 100))
        self._refund(self.people["rich"], 1, 40, order=order)
        self._refund(self.people["rich"], 1, 7)
        self.profiles._refresh_full(self.company_a)
        self._run()
        behaviour = self.env["customer.behaviour"].search(
            [
                ("partner_id", "=", self.people["rich"].id),
                ("company_id", "=", self.company_a.id),
            ]
        )
        self.assertAlmostEqual(behaviour.spend, 4 * 2700 + 100 - 40 - 7)
        self.assertEqual((behaviour.order_count, behaviour.line_count), (5, 13))
        self.assertAlmostEqual(behaviour.top_category_share, 3660 / 10860, places=3)
        self.assertEqual(behaviour.top_category_id, self.wine)

    def test_weekends_are_those_of_the_customers_clock(self):
        # Saturday noon in UTC is Sunday in Kiritimati and still Saturday elsewhere;
        # Friday noon there is Saturday already
        friday = next(
            days
            for days in range(1, 9)
            if (self.today - timedelta(days=days)).weekday() == 4
        )
        self.people["islander"] = self._customer("islander", tz="Pacific/Kiritimati")
        fridays = [friday + 7 * week for week in range(6)]
        every = (self.wine, self.bread, self.cheese)
        self._buy(self.people["islander"], [*fridays, 100], every)
        self._buy(self.people["plain"], fridays, every)
        self.profiles._refresh_full(self.company_a)
        self._run()
        self.assertIn("WEEKEND_SHOPPER", self._labels("islander"))
        self.assertNotIn("WEEKEND_SHOPPER", self._labels("plain"))

    def test_counts_open_the_customers(self):
        self._run()
        types = self.env["customer.pattern.type"].with_company(self.company_a)
        self.assertEqual(types.search([]).mapped("key"), list(PATTERNS))
        high = types.search([("key", "=", "HIGH_SPENDER")])
        self.assertEqual((high.customer_count, high.primary_count), (2, 2))
        self.assertAlmostEqual(high.customer_share, 2 / len(self.people))
        action = high.action_view_customers()
        self.assertEqual(self.patterns.search_count(action["domain"]), 2)
        gone = types.search([("key", "=", "INACTIVE")])
        self.assertEqual(
            self.patterns.search(gone.action_view_primary()["domain"]).partner_id,
            self.people["gone"],
        )

    def test_profiles_that_vanish_take_their_patterns_along(self):
        self._run()
        self.env.invalidate_all()  # orders were written past the cache
        self.people["gone"].sale_order_ids.state = "cancel"
        self.profiles._refresh_dirty()
        self.assertFalse(self._labels("gone"))
        self._run()
        self.assertFalse(self._labels("gone"))
        self.assertTrue(self._labels("new"))

    def test_a_store_stands_for_the_city(self):
        """What an addon knows of the place of an order: pattern and profile follow."""

        def at_stores(name, *stores):
            orders = self.people[name].sale_order_ids.sorted("date_order", reverse=True)
            for order, store in zip(orders, stores, strict=False):
                order.client_order_ref = store

        self.env.invalidate_all()  # orders were written past the cache
        at_stores("plain", "S1", "S1", "S2", "S1")
        at_stores("local", "S1", "S2", "S3", "S4")
        model = type(self.profiles)
        told = model._get_place_sql

        def tell_store(profiles, city):
            city = told(profiles, city)
            return SQL("COALESCE(NULLIF(o.client_order_ref, ''), %s)", city)

        self.patch(model, "_get_place_sql", tell_store)
        self.profiles._refresh_full(self.company_a)
        self._run()
        self.assertEqual(self._labels("plain"), {"LOCATION_CLUSTERED"})
        self.assertNotIn("LOCATION_CLUSTERED", self._labels("local"))
        profiles = [self._profile(self.people[name]) for name in ("plain", "local")]
        # the fifth order of the one has no place, that of the other has its city
        self.assertEqual([profile.city_count for profile in profiles], [2, 5])
        self.assertEqual([profile.place_share for profile in profiles], [0.75, 0.2])
