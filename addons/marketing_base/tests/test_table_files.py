import csv
import io
from datetime import date, datetime
from decimal import Decimal

from openpyxl import load_workbook

from odoo.exceptions import UserError
from odoo.tests import TransactionCase

from odoo.addons.marketing_base.table_reader import TableError, read_table
from odoo.addons.marketing_base.table_writer import (
    neutralise,
    write_csv,
    write_xlsx,
)

FORMULAS = (
    "=1+1",
    "+32 470 12 34 56",
    "-2+3",
    "@SUM(A1)",
    "=cmd|' /C calc'!A0",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "  =1+1",
    "\u00a0=1+1",
    '=HYPERLINK("http://evil.example","x")',
)


class TestTableWriter(TransactionCase):
    def rows_of(self, data, **options):
        text = data.decode("utf-8-sig")
        return list(csv.reader(io.StringIO(text, newline=""), **options))

    def test_no_cell_begins_like_a_formula(self):
        for text in (*FORMULAS, "\0=1+1", "\0\0@x", "\ud800=1"):
            with self.subTest(text=text):
                header, row = self.rows_of(write_csv([text], [[text]]))
                for cell in (header[0], row[0]):
                    self.assertTrue(cell.startswith("'"), cell)
                    self.assertNotIn("\0", cell)

    def test_ordinary_text_stays(self):
        for text in ("Ann", "a@example.com", "3-4", "O'Neil", "", "日本語", "A = B"):
            self.assertEqual(neutralise(text), text)

    def test_another_delimiter_does_not_uncover_a_formula(self):
        """Who opens our commas with semicolons must not run the second half."""
        data = write_csv(["a", "b"], [[1, "x;=1+1"], [1, "x\n=1+1"], [1, "x\t@A"]])
        for delimiter in ";\t":
            for row in self.rows_of(data, delimiter=delimiter):
                for cell in row:
                    self.assertNotRegex(cell, r"^\s*[=@]")

    def test_numbers_dates_and_nothing(self):
        row = [
            -5,
            Decimal("-2.50"),
            float("nan"),
            float("inf"),
            None,
            True,
            date(2026, 11, 3),
            datetime(2026, 11, 3, 10, 30),
        ]
        _header, written = self.rows_of(write_csv("abcdefgh", [row]))
        expected = ["-5", "-2.50", "", "", "", "TRUE", "2026-11-03"]
        self.assertEqual(written, [*expected, "2026-11-03 10:30:00"])
        sheet = load_workbook(io.BytesIO(write_xlsx("abcdefgh", [row]))).active
        values = [cell.value for cell in sheet[2]]
        self.assertEqual(values[:2], [-5, -2.5])
        self.assertEqual(values[5:], ["TRUE", datetime(2026, 11, 3), row[-1]])

    def test_a_workbook_holds_text_only(self):
        texts = [*FORMULAS, "{=A1}", "https://evil.example", "\0x", "y" * 40_000]
        data = write_xlsx(["=A1"], [[text] for text in texts], sheet="a/b[c]:" * 9)
        sheet = load_workbook(io.BytesIO(data)).active
        cells = [row[0] for row in sheet.iter_rows()]
        self.assertEqual(len(cells), 1 + len(texts))
        for cell in cells:
            self.assertEqual(cell.data_type, "s", cell.value)
            self.assertIsNone(cell.hyperlink)
        self.assertEqual(cells[1].value, "=1+1")
        self.assertEqual(len(cells[-1].value), 32_767)


class TestTableReader(TransactionCase):
    def read(self, data, **limits):
        return read_table(self.env, data, **limits)

    def refused(self, data, row, **limits):
        with self.assertRaises(TableError) as caught:
            self.read(data, **limits)
        self.assertEqual(caught.exception.row, row)
        self.assertIsInstance(caught.exception, UserError)
        if row:
            self.assertIn(str(row), str(caught.exception))

    def test_what_programs_write(self):
        text = "name,city\nZoë,Genève\n"
        for data in (
            text.encode(),
            text.encode("utf-8-sig"),
            text.encode("cp1252"),
            text.encode("utf-16"),
            text.replace(",", ";").encode(),
            text.replace(",", "\t").encode("utf-16"),
            text.replace(",", "|").replace("\n", "\r\n").encode(),
            ("\n\n" + text).encode(),
            b'"na;me",city,"a;b;c;d"\n1,2,3\n'.replace(b"na;me", b"name"),
        ):
            with self.subTest(data=data):
                self.assertEqual(self.read(data).header[:2], ["name", "city"])
        self.assertEqual(self.read(text.encode("cp1252")).rows, [["Zoë", "Genève"]])

    def test_rows_keep_the_numbers_of_the_spreadsheet(self):
        table = self.read(b'\na,b\n1,2\n\n,\n"x\ny",4\n5\n6,7,,\n')
        self.assertEqual(table.rows, [["1", "2"], ["x\ny", "4"], ["5", ""], ["6", "7"]])
        self.assertEqual(table.numbers, [3, 6, 7, 8])
        self.assertEqual(list(table.records())[0], (3, {"a": "1", "b": "2"}))

    def test_what_we_wrote_comes_back(self):
        texts = ["Ann", "+32 470 12 34 56", "=1+1", "＝1", "O'Neil", "'quoted", 'a"b,c']
        table = self.read(write_csv(["text"], [[text] for text in texts]))
        self.assertEqual([row[0] for row in table.rows], texts)

    def test_refusals_name_the_row(self):
        self.refused(b"", None)
        self.refused(b"\n \n", None)
        self.refused(b"\xef\xbb\xbf", None)
        self.refused(b"a,b\n1,2\n1,2,3\n", 3)
        self.refused(b'a,b\n1,"2\n3,4\n', 2)
        self.refused(b'a,b\n1,"2"x\n', 2)
        self.refused(b"a\n1\n\0\n", 3)
        self.refused(b"a\n\xff\xfe\x81\n", 2)
        self.refused(b"a,,b\n", 1)
        self.refused(b"a,b,a\n", 1)
        self.refused(b"a\n" + b"x" * 40_000, 2)

    def test_limits(self):
        self.refused(b"a\n1\n2\n3\n", 4, max_rows=2)
        self.assertEqual(len(self.read(b"a\n1\n2\n\n", max_rows=2).rows), 2)
        self.refused(b"a,b,c\n", 1, max_columns=2)
        self.refused(b"," * 1_000_000, None)
        self.refused(b"a" + b",b" * 1_000_000, 1)
        self.refused(b"a\n1\n", None, max_bytes=3)

    def test_a_workbook_is_named_as_one(self):
        with self.assertRaisesRegex(TableError, "CSV UTF-8"):
            self.read(write_xlsx(["a"], [[1]]))
