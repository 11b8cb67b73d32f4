import base64
from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.marketing_base.table_reader import read_table

from ..store_table import CellError, find_columns, read_row
from .common import PlanningCase

HEADER = "Store No;Creative;From;To;Pieces;Responses;Conversions;Revenue;Currency\n"


@tagged("post_install", "-at_install")
class TestImport(PlanningCase):
    """Stores and results out of a file: each row is judged before one is written."""

    def check(self, kind, text, **values):
        wizard = self.as_user("user", self.env["store.import"]).create(
            {"kind": kind, "file": base64.b64encode(text.encode()), **values}
        )
        wizard.action_check()
        return wizard

    def reasons(self, wizard):
        report = read_table(self.env, base64.b64decode(wizard.report))
        return {row[0]: row[1] for row in report.rows}

    def test_stores_are_added_and_changed(self):
        self.company_a.country_id = self.env.ref("base.us")
        wizard = self.check(
            "store",
            "Number,Name,Region,Type,State,Households,Opening date\n"
            'N1,New,EAST,mall,OH,"1,200",2020-02-29\n'
            "e1,Renamed,West,,Ohio,,\n",
        )
        self.assertEqual((wizard.new_count, wizard.change_count), (1, 1))
        self.assertEqual(self.stores["E1"].name, "Store E1", "nothing is written yet")
        wizard.action_import()
        store = self.env["marketing.store"].search([("number", "=", "N1")])
        self.assertEqual((store.company_id, store.households), (self.company_a, 1200))
        self.assertEqual(
            (store.region_id, store.store_type_id.name), (self.regions["east"], "Mall")
        )
        self.assertEqual(
            (store.state_id.code, store.opening_date), ("OH", date(2020, 2, 29))
        )
        changed = self.stores["E1"]
        self.assertEqual(
            (changed.name, changed.region_id), ("Renamed", self.regions["west"])
        )
        self.assertEqual(
            changed.store_type_id, self.mall, "an empty cell changes nothing"
        )

    def test_each_bad_store_has_its_reason(self):
        wizard = self.check(
            "store",
            "number,name,region,households,opening_date\n"
            "N1,One,Nowhere,1,\nN2,,East,1,\nN3,Three,East,-5,\nN4,Four,East,99999999,\n"
            "N5,Five,East,many,\nN6,Six,East,1,31.12.2020\nN7,Seven,East,1,\n"
            "n7,Again,East,1,\n",
        )
        reasons = self.reasons(wizard)
        for row, part in (
            ("2", "region: “Nowhere” is unknown"),
            ("3", "name: empty"),
            ("4", "households: a negative"),
            ("5", "households: more than any"),
            ("6", "households: not a whole"),
            ("7", "opening_date: not a date"),
            ("9", "The same as row 8"),
        ):
            self.assertIn(part, reasons[row])
        self.assertEqual((wizard.problem_count, wizard.new_count), (7, 1))
        with self.assertRaisesRegex(UserError, "7 rows have a problem"):
            wizard.action_import()
        self.assertFalse(self.env["marketing.store"].search([("number", "=", "N7")]))
        wizard.leave_out = True
        wizard.action_import()
        self.assertTrue(self.env["marketing.store"].search([("number", "=", "N7")]))

    def test_results_are_written_by_one_statement_and_again_without_doubles(self):
        text = HEADER + (
            "E1;Spring;2025-03-01;2025-03-31;1,000;30;20;950.50;\n"
            "W1;fall;2025-03-01;;500;;;;\n"
        )
        wizard = self.check("result", text)
        self.assertEqual((wizard.new_count, wizard.problem_count), (2, 0))
        wizard.action_import()
        found = self.env["store.campaign.result"].search([("source", "=", "import")])
        first = found.filtered(lambda result: result.store_id == self.stores["E1"])
        self.assertEqual((first.pieces, first.conversions), (1000, 20))
        self.assertAlmostEqual(first.revenue, 950.5)
        self.assertEqual(
            (first.region_id, first.store_type_id), (self.regions["east"], self.mall)
        )
        self.assertEqual(first.company_id, self.company_a)
        other = found - first
        self.assertEqual((other.period_end, other.responses), (date(2025, 3, 1), 0))
        again = self.check("result", text.replace("1,000", "1,100"))
        self.assertEqual((again.new_count, again.change_count), (0, 2))
        again.action_import()
        self.assertEqual(first.pieces, 1100)
        self.assertEqual(len(self.env["store.campaign.result"].search([])), len(found))

    def test_each_bad_result_has_its_reason(self):
        wizard = self.check(
            "result",
            HEADER
            + "XX;Spring;2025-03-01;;1;;;;\nE1;Winter;2025-03-01;;1;;;;\n"
            + "E1;Spring;2025-03-01;2025-02-01;1;;;;\nE1;Spring;2025-03-01;;1;;9;;\n"
            + "E1;Spring;2025-03-01;;1;;;5;XTS\nB1;Spring;2025-03-01;;1;;;;\n"
            + "E1;Spring;2025-02-30;;1;;;;\nE1;Spring;2025-03-01;;1;;;x;\n",
        )
        reasons = self.reasons(wizard)
        for row, part in (
            ("2", "“XX” is unknown"),
            ("3", "“Winter” is unknown"),
            ("4", "before the start"),
            ("5", "more than pieces"),
            ("6", "XTS is not the company's currency"),
            ("7", "“B1” is unknown"),
            ("8", "not a date"),
            ("9", "not an amount"),
        ):
            self.assertIn(part, reasons[row])

    def test_a_file_without_a_needed_column_or_without_a_file(self):
        with self.assertRaisesRegex(UserError, "no column “creative, pieces”"):
            self.check("result", "store;from\nE1;2025-01-01\n")
        with self.assertRaisesRegex(UserError, "Choose a CSV file"):
            self.check("store", "", file=False)

    def test_who_may_import(self):
        for role in ("analyst", "east", "sales"):
            with self.assertRaises(AccessError):
                self.as_user(role, self.env["store.import"]).create({})

    def test_columns_and_cells(self):
        columns, missing = find_columns("store", ["Store No.", "NAME", "hh"])
        self.assertEqual(
            columns, {"number": "Store No.", "name": "NAME", "households": "hh"}
        )
        self.assertFalse(missing)
        row = {"Store No.": "7", "NAME": "x"}
        for text, value in (("1,234", 1234), ("12.0", 12), ("1 234 567", 1234567)):
            values = read_row("store", columns, {**row, "hh": text})
            self.assertEqual(values["households"], value, text)
        for text in ("12.5", "1e3", "٣a", "--1", "9" * 30):
            with self.assertRaises(CellError, msg=text):
                read_row("store", columns, {**row, "hh": text})
