from datetime import timedelta

from odoo import Command
from odoo.tests import tagged

from .common import SegmentCase


@tagged("post_install", "-at_install")
class TestProfileFacts(SegmentCase):
    """Twelve customers whose numbers are worked out by hand."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        a, wine, bread = cls.company_a, cls.wine, cls.bread
        cls.c = [cls._customer(f"Customer {number}") for number in range(1, 13)]
        c = cls.c
        cls._order(c[0], 10, (wine, 100))
        cls._order(c[0], 40, (bread, 50))
        cls._order(c[0], 400, (bread, 930))
        cls._order(c[1], 5, (wine, 200))
        cls._order(c[1], 3, (wine, 999), state="cancel")
        cls._order(c[2], 20, (bread, 100), currency=cls.eur)
        cls._refund(c[3], 0, 100, order=cls._order(c[3], 30, (wine, 300)))
        cls._refund(c[4], 0, 100, order=cls._order(c[4], 400, (wine, 300)))
        cls._order(c[5], 50, (wine, 100))
        cls._refund(c[5], 10, 30)
        cls._order(c[6], 500, (bread, 100))
        cls._refund(c[6], 10, 30)
        c[7].is_company = True
        child, other = (
            cls._customer(name, parent_id=c[7].id) for name in ("Ann", "Bob")
        )
        cls._order(child, 60, (wine, 80))
        cls._order(other, 70, (bread, 20))
        cls._order(c[8], 1, (wine, 500), state="draft")
        cls._order(c[8], 2, (wine, 500), state="cancel")
        draft = cls._order(c[9], 15, (wine, 100))
        cls._refund(c[9], 1, 50, order=draft, post=False)
        in_euro = cls._order(c[10], 25, (wine, 100), currency=cls.eur)
        cls._set_rate(a, cls.eur, 0.25, days=5)
        cls._refund(c[10], 1, 50, order=in_euro, currency=cls.eur)
        cls._order(c[11], 10, (wine, 100))
        cls._order(c[11], 12, (bread, 70), company=cls.company_b)
        cls.profiles._refresh_full(a)
        cls.profiles._refresh_full(cls.company_b)

    def test_every_customer_by_hand(self):
        # orders, revenue, average, days, frequency and revenue of 365 days
        expected = {
            0: (3, 1080, 360, 10, 2, 150),
            1: (1, 200, 200, 5, 1, 200),  # cancelled orders do not count
            2: (1, 200, 200, 20, 1, 200),  # EUR 100 at 0.5
            3: (1, 200, 200, 30, 1, 200),  # linked refund
            4: (1, 200, 200, 400, 0, 0),  # counts at the date of the order
            5: (1, 70, 70, 50, 1, 70),  # unlinked refund
            6: (1, 70, 70, 500, 0, -30),  # counts at its own date
            7: (2, 100, 50, 60, 2, 100),  # orders of two contacts
            9: (1, 100, 100, 15, 1, 100),  # draft refund
            10: (1, 100, 100, 25, 1, 100),  # refund at the rate of the order
            11: (1, 100, 100, 10, 1, 100),
        }
        columns = (
            "order_count",
            "revenue",
            "average_order",
            "recency_days",
            "frequency",
            "monetary",
        )
        numbers = self._rows(columns=columns)
        for position, row in expected.items():
            with self.subTest(customer=position + 1):
                self.assertEqual(tuple(map(float, numbers[self.c[position].id])), row)
        self.assertEqual(len(numbers), len(expected), "a quotation is no purchase")

    def test_dates(self):
        profile = self._profile(self.c[0])
        self.assertEqual(profile.first_order_date, self._day(400))
        self.assertEqual(profile.last_order_date, self._day(10))
        self.assertEqual(profile.acquisition_date, self.today - timedelta(days=400))

    def test_other_company_has_its_own_row(self):
        profile = self._profile(self.c[11], self.company_b)
        self.assertEqual(profile.revenue, 70)
        self.assertEqual(profile.currency_id, self.eur)
        self.assertEqual(len(self._rows(self.company_b)), 1)

    def test_contacts_are_counted_on_their_company(self):
        self.assertFalse(self._profile(self.c[7].child_ids[0]))
        self.assertEqual(self._profile(self.c[7]).favourite_category_id, self.wine)

    def test_favourite_category_looks_at_the_window_first(self):
        self.assertEqual(self._profile(self.c[0]).favourite_category_id, self.wine)
        self.assertEqual(self._profile(self.c[6]).favourite_category_id, self.bread)

    def test_favourite_category_after_everything_came_back(self):
        customer = self._customer("Returns all")
        self._refund(customer, 1, 80, order=self._order(customer, 9, (self.wine, 80)))
        self.profiles._refresh_full(self.company_a)
        self.assertFalse(self._profile(customer).favourite_category_id)
        self.assertEqual(self._profile(customer).revenue, 0)
        self.assertEqual(self._profile(customer).order_count, 1)

    def test_refund_line_of_two_order_lines_counts_once(self):
        customer = self._customer("Bundle")
        order = self._order(customer, 9, (self.wine, 80), (self.bread, 20))
        refund = self._refund(customer, 1, 50, order=order)
        refund.invoice_line_ids.write(
            {"sale_line_ids": [Command.set(order.order_line.ids)]}
        )
        self.profiles._refresh_full(self.company_a)
        self.assertEqual(self._profile(customer).revenue, 50)

    def test_refund_of_a_cancelled_order_is_not_taken_twice(self):
        customer = self._customer("Cancelled later")
        self._order(customer, 20, (self.wine, 60))
        order = self._order(customer, 9, (self.wine, 80))
        self._refund(customer, 1, 80, order=order)
        order.state = "cancel"
        self.profiles._refresh_full(self.company_a)
        self.assertEqual(self._profile(customer).revenue, 60)

    def test_order_of_tomorrow_is_zero_days_old(self):
        customer = self._customer("Early")
        self._order(customer, -1, (self.wine, 60))
        self.profiles._refresh_full(self.company_a)
        self.assertEqual(self._profile(customer).recency_days, 0)
