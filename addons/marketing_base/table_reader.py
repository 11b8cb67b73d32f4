"""Read a table that somebody uploads as CSV, whatever program wrote it.

Limits come before parsing, and each refusal names the row as a spreadsheet numbers it
(the header is row 1). Undone here: the apostrophe that :mod:`.table_writer` sets before
what a spreadsheet would run as a formula.
"""

import codecs
import csv
import io
import re
from typing import NamedTuple

from odoo.exceptions import UserError

from .table_writer import MAX_CELL, STARTS_FORMULA

MAX_BYTES = 20_000_000
MAX_ROWS = 100_000
MAX_COLUMNS = 100
DELIMITERS = ",;\t|"
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


class TableError(UserError):
    """What is wrong with a file, and in which row (None: with all of it)."""

    def __init__(self, row, message):
        super().__init__(message)
        self.row = row


class Table(NamedTuple):
    """The text of a file: as many values in each row as the header has names."""

    header: list[str]
    rows: list[list[str]]
    numbers: list[int]  # of each row, as a spreadsheet shows it

    def records(self):
        """Yield (row number, {column: text})."""
        for number, row in zip(self.numbers, self.rows, strict=True):
            yield number, dict(zip(self.header, row, strict=True))


def read_table(
    env, data, *, max_bytes=MAX_BYTES, max_rows=MAX_ROWS, max_columns=MAX_COLUMNS
):
    """Return the :class:`Table` in the bytes ``data``; empty rows are left out.

    :raises TableError: a UserError that says what to do, in the user's language
    """
    if len(data) > max_bytes:
        limit = max_bytes // 1_000_000
        message = env._("The file is larger than %(limit)s MB: split it.", limit=limit)
        raise TableError(None, message)
    text = _decode(env, data)
    header, records = None, []
    for number, cells in _parse(env, text):
        if header is None:
            header = _check_header(env, number, cells, max_columns)
        elif any(cells):
            if len(records) == max_rows:
                message = env._(
                    "Row %(row)s: the limit is %(limit)s rows. Split the file.",
                    row=number,
                    limit=max_rows,
                )
                raise TableError(number, message)
            records.append((number, _fit(env, number, cells, len(header))))
    if header is None:
        raise TableError(None, env._("The file is empty."))
    return Table(header, [row for _no, row in records], [no for no, _row in records])


def _decode(env, data):
    """Return the text: UTF-8, UTF-16 with its mark, or what old Excel writes."""
    if data.startswith((_ZIP, _OLE)):
        message = env._("This is a workbook: save it as “CSV UTF-8” and try again.")
        raise TableError(None, message)
    utf_16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if utf_16 else ("utf-8-sig", "cp1252"):
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError as error:
            failure = error
    else:
        row = data.count(b"\n", 0, failure.start) + 1
        message = env._("Row %(row)s is not text: save the file as UTF-8.", row=row)
        raise TableError(row, message)
    if "\0" in text:
        row = text.count("\n", 0, text.index("\0")) + 1
        message = env._("Row %(row)s holds a NUL character: remove it.", row=row)
        raise TableError(row, message)
    return text


def _parse(env, text):
    """Yield (row number, cells); quotes that do not match are an error."""
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=_find_delimiter(text), strict=True
    )
    number = 0
    try:
        for number, cells in enumerate(reader, 1):
            yield number, [_clean_cell(env, number, cell) for cell in cells]
    except csv.Error as error:
        message = env._(
            "Row %(row)s cannot be read: check its quotation marks.", row=number + 1
        )
        raise TableError(number + 1, message) from error


def _find_delimiter(text):
    """Return the delimiter that the header, the first line with text, uses most."""
    header = text.lstrip("\r\n").partition("\n")[0]
    bare = re.sub('"[^"]*"?', "", header)
    return max(DELIMITERS, key=bare.count)


def _clean_cell(env, number, cell):
    if len(cell) > MAX_CELL:
        message = env._(
            "Row %(row)s has a cell of more than %(limit)s characters.",
            row=number,
            limit=MAX_CELL,
        )
        raise TableError(number, message)
    shielded = cell.startswith("'") and STARTS_FORMULA.match(cell, 1)
    return (cell[1:] if shielded else cell).strip()


def _check_header(env, number, cells, max_columns):
    """Return the names of the columns, or None for an empty row above them."""
    if not any(cells):
        return None
    cells = cells[: max(i for i, name in enumerate(cells, 1) if name)]
    if len(cells) > max_columns:
        message = env._(
            "Row %(row)s has more than %(limit)s columns.",
            row=number,
            limit=max_columns,
        )
        raise TableError(number, message)
    if not all(cells):
        message = env._(
            "Column %(column)s has no name in row %(row)s: name it or remove it.",
            column=cells.index("") + 1,
            row=number,
        )
        raise TableError(number, message)
    doubled = next((name for name in cells if cells.count(name) > 1), None)
    if doubled:
        message = env._(
            "Two columns in row %(row)s have the name “%(name)s”.",
            row=number,
            name=doubled,
        )
        raise TableError(number, message)
    return cells


def _fit(env, number, cells, width):
    if any(cells[width:]):
        message = env._(
            "Row %(row)s has %(count)s values for %(width)s columns: put quotation "
            "marks around text with commas.",
            row=number,
            count=len(cells),
            width=width,
        )
        raise TableError(number, message)
    return cells[:width] + [""] * (width - len(cells))
