import json
from datetime import timedelta
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import SQL

from ..profile.diary import KEPT
from ..profile_query import fresh_profiles
from .common_histories import HistoryCase
from .common_scan import assert_scan_is_equal

PURCHASE_MODULE = "odoo.addons.marketing_segment.segment_activity_purchase"
SQL_MODULE = "odoo.addons.marketing_segment.segment_activity_sql"
#: Comparisons by what is compared.
COMPARED = {
    "count": ((">=", 1), ("=", 0), (">=", 3), ("<=", 2), ("!=", 1))
    + (("between", [2, 4]), ("<", 1)),
    "amount": ((">=", 40), ("<", 25.5), ("<=", 0), ("between", [10, 60])),
    "days_since_last": ((">=", 60), ("<", 30), ("between", [10, 200])),
}


@tagged("post_install", "-at_install")
class TestSegmentDiary(HistoryCase):
    """What the diary of a profile says of purchases is what the orders say."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = cls._make_people(40)
        cls.env.flush_all()
        for partner in cls.people:
            for _order in range(cls.random.choice([1, 1, 2, 3, 5, 8])):
                cls._make_order(partner)
        cls._give_back()
        cls._sell(cls.people[7], cls._moment(1), (cls.goods[0], 1, 9.5), rate=3)
        cls._sell(
            cls.people[8], cls._moment(4), (cls.goods[0], 1, 9), company=cls.company_b
        )
        cls.profiles._refresh_full(cls.company_a)
        cls.env["customer.profile.dirty"]._take()

    @classmethod
    def _give_back(cls):
        """Refunds of orders, and of none, also of more than was ever spent."""
        for partner in cls.people[:4]:
            order = cls.env["sale.order"].search(
                [("partner_id", "=", partner.id)], limit=1
            )
            cls._refund(partner, 20, 3, order=order)
        for partner, days, amount in zip(
            cls.people[2:6], (5, 400, 90, 0), (4, 5, 6, 9999), strict=True
        ):
            cls._refund(partner, days, amount)

    def _conditions(self):
        """Yield conditions of all kinds, in all kinds of periods."""
        day = str(self.today - timedelta(days=180))
        for period in (
            {},
            {"from": "today -30d"},
            {"from": day, "to": "today -20d"},
            {"to": "today -90d"},
            {"from": "today -3000d", "to": "today -2000d"},
        ):
            for measure, comparisons in COMPARED.items():
                for operator, value in comparisons:
                    condition = {"measure": measure, "operator": operator}
                    yield condition | {"value": value, "period": period}
        yield from self._conditions_on_goods()

    def _conditions_on_goods(self):
        """Yield whether some goods were bought: ever, for which there is a list."""
        wines = self.goods.filtered(lambda product: product.categ_id == self.wine)
        for chosen in (
            {"products": self.goods[1].product_tmpl_id.ids},
            {"products": wines[:2].product_tmpl_id.ids, "categories": self.bread.ids},
            {"categories": self.cheese.ids},
        ):
            chosen |= {"measure": "count"}
            for operator, value in ((">=", 1), ("=", 0), ("<", 1), (">", 0), (">=", 2)):
                yield chosen | {"operator": operator, "value": value}
            lately = {"period": {"from": "today -60d"}}
            yield chosen | {"operator": "=", "value": 0} | lately

    def _find(self, condition, operator="like"):
        segment = self._segment(condition, operator)
        return set(self.env.execute_query(segment._members_sql()))

    def _segment(self, condition, operator="like"):
        rule = [("purchases", operator, json.dumps(condition))]
        return self.env["customer.segment"].new(
            {"company_id": self.company_a.id, "filter_domain": repr(rule)}
        )

    def _assert_the_same(self):
        """Compare both ways for all conditions; each must part the customers."""
        model, most = type(self.profiles), f"{SQL_MODULE}.MOST_CONTACTS"
        parted = set()
        for condition in self._conditions():
            with patch.object(model, "_is_diary_kept", lambda *_args: False):
                rows = self._find(condition)
                with patch(most, 0):
                    self.assertEqual(self._find(condition), rows, condition)
            self.assertEqual(self._find(condition), rows, condition)
            if 0 < len(rows) < len(self.people):
                parted.add((condition["measure"], condition["operator"]))
        self.assertGreater(len(parted), 8)
        assert_scan_is_equal(self)

    def test_as_the_orders_say(self):
        self._assert_the_same()
        self.assertIn("order_days", self._statement({"value": 2}))
        self.assertNotIn("sale_order", self._statement({"value": 2}))
        cheese = {"categories": self.cheese.ids}
        self.assertNotIn("sale_order", self._statement(cheese))
        self.assertIn("sale_order", self._statement(cheese | {"value": 2}))
        with patch(f"{PURCHASE_MODULE}.MOST_PRODUCTS", 1):
            self.assertIn("sale_order", self._statement(cheese))

    def test_not_is_everybody_else(self):
        everybody = self._find({"operator": ">=", "value": 0})
        self.assertEqual(len(everybody), len(self.people))
        last = {"measure": "days_since_last", "period": {"to": "today -90d"}}
        cheese = {"categories": self.cheese.ids}
        for condition in ({"value": 2}, last | {"value": 9}, cheese):
            found = self._find(condition)
            self.assertEqual(self._find(condition, "not like"), everybody - found)

    def _statement(self, condition):
        return self._segment(condition)._members_sql().code

    def test_changes_count_before_the_refresh(self):
        """Whoever has a mark is asked for by the orders; a refresh takes the mark."""
        buyer, mover = self.people[10], self.people[11]
        self._make_order(buyer, days=2)
        self._sell(mover, self._moment(15), (self.goods[1], 2, 70))
        mover.parent_id = self.people[12]
        self._refund(self.people[13], 1, 30)
        orders = self.env["sale.order"].search(
            [("partner_id", "in", self.people[14:16].ids)], order="id"
        )
        orders[:1].date_order = self._moment(3)
        orders[-1:].state = "cancel"
        self._assert_the_same()
        self.assertIn("CASE WHEN", self._statement({"value": 2}))
        self.profiles._refresh_dirty()
        self._assert_the_same()
        self.assertNotIn("CASE WHEN", self._statement({"value": 2}))

    def test_piece_by_piece_is_the_whole(self):
        for partner in self.people[20:25]:
            self._make_order(partner, days=3)
        self._refund(self.people[20], 1, 2)
        self.profiles._refresh_dirty()
        before = self._rows(columns=KEPT)
        result = self.profiles._refresh_full(self.company_a)
        self.assertEqual(self._rows(columns=KEPT), before)
        self.assertFalse(result["added"] or result["deleted"])
        columns = SQL(", ").join(map(SQL.identifier, ("partner_id", *KEPT)))
        some = self.people[18:22].ids
        rows = self.env.execute_query(
            SQL(
                "WITH %s SELECT %s FROM fresh",
                fresh_profiles(self.company_a, self.today, some),
                columns,
            )
        )
        self.assertEqual(
            {row[0]: row[1:] for row in rows}, {k: before[k] for k in some}
        )

    def test_profiles_of_before(self):
        """Until all profiles of a company have a diary, the orders are asked."""
        self.env.cr.execute(
            "UPDATE customer_profile SET kept_version = 0 WHERE partner_id = %s",
            [self.people[3].id],
        )
        self.assertIn("sale_order", self._statement({"value": 2}))
        self._assert_the_same()
        self.profiles._refresh_full(self.company_a)
        self.assertNotIn("sale_order", self._statement({"value": 2}))

    def test_too_many_changes(self):
        self._make_order(self.people[0], days=2)
        module = "odoo.addons.marketing_segment.models.customer_profile_diary"
        with patch(f"{module}.MOST_MARKED", 0):
            self.assertNotIn("CASE WHEN", self._statement({"value": 2}))
            self.assertIn("sale_order", self._statement({"value": 2}))

    def test_queries_do_not_grow_with_the_customers(self):
        counts = []
        for more in (0, 5):
            for partner in self.people[:more]:
                self._make_order(partner, days=2)
            self.env.flush_all()
            segment = self._segment({"value": 2})
            segment._count_live()
            before = self.env.cr.sql_log_count
            segment._count_live()
            counts.append(self.env.cr.sql_log_count - before)
        # the changed, and their contacts
        self.assertLessEqual(counts[1], counts[0] + 1)
        self.assertLess(counts[0], 6)

    def test_marks_of_another_company(self):
        self._sell(
            self.people[0],
            self._moment(1),
            (self.goods[0], 1, 5),
            company=self.company_b,
        )
        self.assertNotIn("CASE WHEN", self._statement({"value": 2}))
