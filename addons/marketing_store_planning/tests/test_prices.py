from datetime import date

from odoo.tests import tagged

from .common import PlanningCase


@tagged("post_install", "-at_install")
class TestPrices(PlanningCase):
    """What a line costs depends on all pieces of its creative in its wave."""

    def test_breaks_of_a_creative(self):
        self.assertEqual(self.spring._get_price_breaks(), [(0, 0.5), (1000, 0.4)])
        self.assertEqual(self.spring._get_piece_price(999), 0.5)
        self.assertEqual(self.spring._get_piece_price(1000), 0.4)
        self.assertIn("1,000", self.spring.price_summary)

    def test_postage_is_in_the_price(self):
        self.spring.postage = 0.2
        breaks = self.spring._get_price_breaks()
        self.assertEqual([round(price, 6) for _least, price in breaks], [0.7, 0.6])

    def test_without_vendor_the_cost_counts_and_without_cost_nothing(self):
        creative = self.new_creative("Bare")
        self.assertEqual(creative._get_price_breaks(), [])
        self.assertIsNone(creative._get_piece_price(10))
        creative.product_id.with_company(self.company_a).standard_price = 0.3
        self.assertEqual(creative._get_price_breaks(), [(0.0, 0.3)])
        creative.product_id = False
        self.assertEqual(creative._get_price_breaks(), [])

    def test_only_valid_prices_of_the_first_vendor(self):
        sellers = self.spring.product_id.seller_ids
        other = self.env["res.partner"].create({"name": "Cheaper, second choice"})
        sellers[0].copy({"partner_id": other.id, "price": 0.1, "sequence": 9})
        self.assertEqual(self.spring._get_price_breaks()[0], (0, 0.5))
        self.spring.product_id.seller_ids.filtered(
            lambda seller: seller.min_qty == 1000
        ).date_end = date(2026, 1, 1)
        breaks = self.spring._get_price_breaks(date(2026, 2, 1))
        self.assertEqual(breaks, [(0, 0.5)])

    def test_prices_in_another_currency_are_converted(self):
        currency = self.env["res.currency"].create(
            {
                "name": "XTS",
                "symbol": "X",
                "rate_ids": [
                    (
                        0,
                        0,
                        {
                            "name": "2020-01-01",
                            "rate": 2.0,
                            "company_id": self.company_a.id,
                        },
                    )
                ],
            }
        )
        self.fall.product_id.seller_ids.currency_id = currency
        self.assertAlmostEqual(self.fall._get_piece_price(1), 0.3)

    def test_a_line_pays_the_price_of_its_run(self):
        first, second = self.new_line("E1", 600), self.new_line("E2", 300)
        self.assertAlmostEqual(first.cost, 300)
        second.quantity = 400
        self.assertAlmostEqual(first.cost, 240, msg="1,000 pieces are cheaper")
        self.assertAlmostEqual(second.cost, 160)
        self.assertAlmostEqual(self.plan.total_cost, 400)

    def test_runs_are_of_a_wave_and_a_creative(self):
        first, second = self.new_line("E1", 600), self.new_line("E2", 400)
        self.assertAlmostEqual(first.unit_price, 0.4)
        second.wave_id = self.new_wave("Week 1")
        self.assertAlmostEqual(first.unit_price, 0.5)
        second.wave_id = False
        self.assertAlmostEqual(first.unit_price, 0.4)
        second.creative_id = self.fall
        self.assertAlmostEqual(first.unit_price, 0.5)
        self.assertAlmostEqual(second.unit_price, 0.6)

    def test_excluded_and_deleted_lines_leave_the_run(self):
        first, second = self.new_line("E1", 600), self.new_line("E2", 400)
        second.is_included = False
        self.assertAlmostEqual(first.unit_price, 0.5)
        second.is_included = True
        self.assertAlmostEqual(first.unit_price, 0.4)
        second.unlink()
        self.assertAlmostEqual(first.unit_price, 0.5)

    def test_below_the_least_quantity_there_is_no_price(self):
        creative = self.new_creative("Large runs", [(500, 0.2)])
        line = self.new_line("E1", 499, creative)
        self.assertTrue(line.is_price_missing)
        self.assertFalse(line.cost)
        line.quantity = 500
        self.assertFalse(line.is_price_missing)
        self.assertAlmostEqual(line.cost, 100)

    def test_a_large_plan_is_priced_by_a_few_statements(self):
        stores = [self.new_store(f"N{number}") for number in range(60)]
        self.env["campaign.plan.line"].create(
            [
                {
                    "plan_id": self.plan.id,
                    "store_id": store.id,
                    "creative_id": self.spring.id,
                    "quantity": 100,
                }
                for store in stores
            ]
        )
        self.assertAlmostEqual(self.plan.total_cost, 60 * 100 * 0.4)
        self.env.flush_all()
        self.plan._refresh_prices()  # fills the caches
        with self.assertQueryCount(3):
            self.plan._refresh_prices()
