from odoo.tests import BaseCase

from .. import sample_marks, sample_shop


class TestSampleShop(BaseCase):
    """The made-up shop is whole, spread over 18 months and always the same."""

    def test_every_customer_of_a_rhythm_exists(self):
        wanted = sum(rhythm.customers for rhythm in sample_shop.RHYTHMS)
        self.assertEqual(len(sample_shop.customers()), wanted)
        self.assertEqual(len(set(sample_shop.customers())), wanted)
        self.assertLess(max(o.customer for o in sample_shop.orders()), wanted)

    def test_orders_are_past_and_reach_back_18_months(self):
        days = [order.days_ago for order in sample_shop.orders()]
        self.assertGreaterEqual(min(days), 2, "an order of today may lie in the future")
        self.assertGreater(max(days), 450)
        self.assertLessEqual(max(days), 548)
        months = {day // 30 for day in days}
        self.assertGreaterEqual(len(months), 15, "no month without an order")

    def test_it_is_the_same_each_time(self):
        self.assertEqual(sample_shop.orders(), sample_shop.orders())

    def test_every_product_is_bought(self):
        bought = {line[0] for order in sample_shop.orders() for line in order.lines}
        self.assertEqual(bought, set(range(len(sample_shop.PRODUCTS))))

    def test_addresses_are_known_in_every_spelling(self):
        for address in (
            "ann.abel@sample-customers.example.com",
            " Ann@Sample-Customers.Example.COM ",
        ):
            self.assertTrue(sample_marks.is_sample_address(address), address)
        for address in (
            None,
            "",
            "ann@example.com",
            "ann@sample-customers.example.com.de",
            "ann@x-sample-customers.example.com",
            "sample-customers.example.com",
        ):
            self.assertFalse(sample_marks.is_sample_address(address), address)
