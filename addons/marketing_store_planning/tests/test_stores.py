from datetime import date

from psycopg2.errors import CheckViolation, ForeignKeyViolation, UniqueViolation

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import PlanningCase


@tagged("post_install", "-at_install")
class TestStores(PlanningCase):
    """Stores, their regions and the printed creatives."""

    def test_number_is_unique_in_a_company_only(self):
        self.env["marketing.store"].create(
            {"number": "E1", "name": "Same number", "company_id": self.company_b.id}
        )
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"):
            self.new_store("E1")

    def test_households_are_not_negative(self):
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"):
            self.stores["E1"].households = -1
            self.env.flush_all()

    def test_market_is_the_regions_or_the_region(self):
        store = self.stores["E1"]
        self.assertEqual(store.market, "Home")
        self.regions["east"].market = False
        self.assertEqual(store.market, "East")
        self.assertEqual(self.stores["W1"].market, "Home")

    def test_address_comes_from_the_contact_and_may_be_changed(self):
        state = self.env.ref("base.state_us_5")
        partner = self.env["res.partner"].create(
            {
                "name": "Counter",
                "city": "Fresno",
                "state_id": state.id,
                "partner_latitude": 36.7,
            }
        )
        store = self.new_store("E9", partner_id=partner.id)
        self.assertEqual((store.city, store.state_id), ("Fresno", state))
        self.assertAlmostEqual(store.latitude, 36.7)
        store.city = "Clovis"
        self.assertEqual(store.city, "Clovis")
        self.assertEqual(store._get_billing_partner(), partner)

    def test_found_as_it_is_shown(self):
        store = self.stores["E1"]
        self.assertEqual(store.display_name, "E1 Store E1")
        for text in ("E1 Store E1", "E1", "Store E1"):
            found = self.env["marketing.store"].name_search(text)
            self.assertIn(store.id, [row[0] for row in found], text)

    def test_region_counts_and_opens_its_stores(self):
        east = self.regions["east"]
        self.assertEqual(east.store_count, 2)
        domain = east.action_open_stores()["domain"]
        found = self.env["marketing.store"].search(domain)
        self.assertEqual(found, self.stores["E1"] + self.stores["E2"])

    def test_history_counts_drops_only(self):
        self.new_result("E1", pieces=200, conversions=4)
        self.new_result("E1", self.fall, pieces=300, conversions=6)
        # a control got nothing: no drop
        self.new_result("E1", period_start=date(2025, 1, 1), is_holdout=True)
        store = self.stores["E1"]
        self.assertEqual((store.drop_count, store.pieces_total), (2, 500))
        self.assertAlmostEqual(store.conversion_rate, 0.02)
        self.assertEqual(store.largest_drop, 300)
        self.assertEqual(self.stores["E2"].drop_count, 0)
        found = self.env["store.campaign.result"].search(
            store.action_open_results()["domain"]
        )
        self.assertEqual(len(found), 3)

    def test_history_of_many_stores_is_one_statement(self):
        stores = self.env["marketing.store"].search(
            [("company_id", "=", self.company_a.id)]
        )
        self.env.invalidate_all()
        with self.assertQueryCount(1):
            stores.mapped("drop_count")

    def test_a_store_with_results_is_not_deleted(self):
        self.new_result("E1", pieces=1)
        with self.assertRaises(ForeignKeyViolation), mute_logger("odoo.sql_db"):
            self.stores["E1"].unlink()

    def test_season(self):
        cases = (
            (None, None, date(2026, 7, 1), True),
            (date(2020, 3, 1), date(2020, 5, 31), date(2026, 3, 1), True),
            (date(2020, 3, 1), date(2020, 5, 31), date(2026, 5, 31), True),
            (date(2020, 3, 1), date(2020, 5, 31), date(2026, 6, 1), False),
            # over the turn of the year
            (date(2020, 11, 15), date(2021, 1, 6), date(2026, 1, 6), True),
            (date(2020, 11, 15), date(2021, 1, 6), date(2026, 12, 24), True),
            (date(2020, 11, 15), date(2021, 1, 6), date(2026, 1, 7), False),
        )
        for start, end, day, expected in cases:
            self.spring.write({"season_start": start, "season_end": end})
            with self.subTest(start=start, end=end, day=day):
                self.assertIs(self.spring._is_in_season(day), expected)

    def test_half_a_season_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "first and a last day"):
            self.spring.season_start = date(2026, 3, 1)

    def test_creative_states(self):
        creative = self.new_creative("New", state="draft")
        creative.action_activate()
        self.assertEqual(creative.state, "active")
        creative.action_retire()
        self.assertEqual(creative.state, "retired")

    def test_what_is_of_another_company_is_refused(self):
        with self.assertRaises(UserError):
            self.foreign_store.region_id = self.regions["east"]
