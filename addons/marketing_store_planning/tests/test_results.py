from datetime import date

from psycopg2.errors import CheckViolation, UniqueViolation

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import PlanningCase


@tagged("post_install", "-at_install")
class TestResults(PlanningCase):
    """What one creative did in one store in one period."""

    def test_once_a_store_creative_start_and_source(self):
        self.new_result("E1", pieces=1)
        self.new_result("E1", pieces=1, source="order")
        self.new_result("E1", self.fall, pieces=1)
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"):
            self.new_result("E1", pieces=2)

    def test_counts_are_not_negative_and_periods_in_order(self):
        for vals in (
            {"pieces": -1},
            {"conversions": -1},
            {"cost": -1},
            {"period_end": date(2025, 1, 1)},
        ):
            with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"):
                self.new_result("E2", **vals)

    def test_refunds_may_make_the_revenue_negative(self):
        result = self.new_result("E1", pieces=10, conversions=1, revenue=-5)
        self.assertEqual(result.conversion_rate, 0.1)
        self.assertEqual(self.new_result("E2").conversion_rate, 0)

    def test_store_and_creative_are_of_one_company(self):
        with self.assertRaises(UserError):
            self.new_result("E1", store_id=self.foreign_store.id)

    def test_region_and_company_come_from_the_store(self):
        result = self.new_result("W1", pieces=1)
        self.assertEqual(result.region_id, self.regions["west"])
        self.assertEqual(result.store_type_id, self.mall)
        self.assertEqual(result.company_id, self.company_a)
