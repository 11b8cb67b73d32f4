"""Write tables as CSV and XLSX that no spreadsheet program runs as formulas.

Names and subjects are typed by strangers, and a colleague opens the file. Text that
begins like a formula gets an apostrophe in CSV, the convention of ASVS 1.2.10; in a
workbook it is stored as text, which needs none. Numbers stay numbers.
"""

import csv
import io
import math
import re
from datetime import date, datetime
from decimal import Decimal

import xlsxwriter

# "=", "+", "-", "@" and their full-width forms, which Excel takes for the same; for a
# character class, so "-" is the last
FORMULA_SIGNS = "=+@＝＋－＠−-"
MAX_CELL = 32_767  # what Excel can hold
MAX_SHEET_ROWS = 1_048_576
STARTS_FORMULA = re.compile(f"\\s*[{FORMULA_SIGNS}]|[\t\r\n]")
# a program that expects another delimiter cuts the cell here and runs the rest
_INNER_FORMULA = re.compile(f"([;|\t\r\n])(?=[{FORMULA_SIGNS}])")
_NOT_STORABLE = re.compile("[\x00\ud800-\udfff\ufffe\uffff]")
_BOM = "\ufeff"  # without it Excel reads UTF-8 as CP1252


def write_csv(header, rows):
    """Return the bytes of a CSV file in UTF-8 with its mark, readable by Excel.

    :param rows: iterables of text, numbers, dates, booleans or None
    """
    stream = io.StringIO(newline="")
    stream.write(_BOM)
    writer = csv.writer(stream, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow([neutralise(name) for name in header])
    for row in rows:
        writer.writerow([_csv_value(value) for value in row])
    return stream.getvalue().encode()


def neutralise(text):
    """Return ``text`` so that a spreadsheet reading it from CSV shows it as text."""
    text = _INNER_FORMULA.sub(r"\1'", _NOT_STORABLE.sub("", text))
    return f"'{text}" if STARTS_FORMULA.match(text) else text


def _csv_value(value):
    value = _plain(value)
    if isinstance(value, date):
        return value.isoformat(*([" "] if isinstance(value, datetime) else []))
    return neutralise(value) if isinstance(value, str) else value


def _plain(value):
    """Return a number, a date or text; what no spreadsheet can hold is empty."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float | Decimal):
        return value if math.isfinite(value) else ""
    if isinstance(value, date):
        return value.replace(tzinfo=None) if isinstance(value, datetime) else value
    return str(value)


def write_xlsx(header, rows, *, sheet="Sheet1"):
    """Return the bytes of a workbook with one sheet; text is never a formula or link.

    :raises ValueError: more rows than a sheet has
    """
    stream = io.BytesIO()
    options = dict.fromkeys(
        ("strings_to_formulas", "strings_to_urls", "strings_to_numbers"), False
    )
    with xlsxwriter.Workbook(stream, {"in_memory": True, **options}) as book:
        page = book.add_worksheet(re.sub(r"[\[\]:*?/\\']", " ", sheet)[:31] or None)
        formats = {
            "head": book.add_format({"bold": True}),
            datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
            date: book.add_format({"num_format": "yyyy-mm-dd"}),
        }
        for column, name in enumerate(header):
            page.write_string(0, column, _cell_text(name), formats["head"])
        page.freeze_panes(1, 0)
        for number, row in enumerate(rows, 1):
            if number >= MAX_SHEET_ROWS:
                raise ValueError(f"a sheet holds {MAX_SHEET_ROWS - 1} rows")
            for column, value in enumerate(row):
                _write_cell(page, number, column, _plain(value), formats)
    return stream.getvalue()


def _write_cell(page, row, column, value, formats):
    if isinstance(value, date):
        page.write_datetime(row, column, value, formats[type(value)])
    elif isinstance(value, str):
        page.write_string(row, column, _cell_text(value))
    else:
        page.write_number(row, column, value)


def _cell_text(text):
    return _NOT_STORABLE.sub("", text)[:MAX_CELL]
