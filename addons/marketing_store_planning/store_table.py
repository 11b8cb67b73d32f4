"""Cells of an uploaded table as values; what cannot be read is named by a code."""

import re
from datetime import date

MOST = 10_000_000  # more pieces, customers or households than any store has
DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")

#: {kind: {column: (reader, whether it is needed, other names)}}
COLUMNS = {
    "store": {
        "number": ("text", True, {"store", "storenumber", "storeno", "storeid"}),
        "name": ("text", True, {"storename"}),
        "region": ("text", False, set()),
        "type": ("text", False, {"storetype", "format"}),
        "state": ("text", False, {"statecode"}),
        "city": ("text", False, set()),
        "households": ("count", False, {"hh"}),
        "opening_date": ("day", False, {"opened", "openingdate"}),
    },
    "result": {
        "store": ("text", True, {"storenumber", "storeno", "number"}),
        "creative": ("text", True, {"campaign", "piece"}),
        "period_start": ("day", True, {"from", "start", "date", "periodstart"}),
        "period_end": ("day", False, {"to", "end", "periodend"}),
        "pieces": ("count", True, {"quantity", "mailed"}),
        "responses": ("count", False, {"responders"}),
        "conversions": ("count", False, {"orders", "buyers"}),
        "revenue": ("amount", False, {"sales"}),
        "cost": ("amount", False, {"costs", "spend"}),
        "currency": ("text", False, set()),
    },
    "order": {
        "store": ("text", True, {"storenumber", "storeno", "number"}),
        "creative": ("text", False, {"campaign", "piece"}),
        "quantity": ("count", False, {"pieces", "qty"}),
    },
}


class CellError(ValueError):
    """What is wrong (a code) with which column."""

    def __init__(self, code, column):
        super().__init__(code)
        self.code, self.column = code, column


def find_columns(kind, header):
    """Return ({column: its name in the file}, [needed columns that are missing])."""
    plain = {re.sub(r"[^a-z]", "", name.lower()): name for name in reversed(header)}
    found = {}
    for column, (_reader, _needed, others) in COLUMNS[kind].items():
        names = [column.replace("_", ""), *sorted(others)]
        match = next((plain[name] for name in names if name in plain), None)
        if match and match not in found.values():
            found[column] = match
    needed = {name for name, spec in COLUMNS[kind].items() if spec[1]}
    return found, [name for name in COLUMNS[kind] if name in needed - set(found)]


def read_row(kind, columns, record):
    """Return {column: value}, None for an empty cell.

    :raises CellError: for the first cell that cannot be used
    """
    values = {}
    for column, name in columns.items():
        reader, needed, _others = COLUMNS[kind][column]
        text = record[name].strip()
        if not text and needed:
            raise CellError("empty", column)
        values[column] = _READERS[reader](text, column) if text else None
    return values


def _read_text(text, _column):
    return text


def _read_count(text, column):
    plain = re.sub(r"(?<=\d)[,.' ](?=\d{3}(\D|$))", "", text)
    if re.fullmatch(r"-\d+", plain):
        raise CellError("negative", column)
    if not re.fullmatch(r"\d{1,18}([.]0+)?", plain):
        raise CellError("not_a_count", column)
    value = int(plain.partition(".")[0])
    if value > MOST:
        raise CellError("absurd", column)
    return value


def _read_amount(text, column):
    plain = re.sub(r"(?<=\d)[, '](?=\d{3}(\D|$))", "", text)
    if not re.fullmatch(r"-?\d{1,12}([.]\d{1,6})?", plain):
        raise CellError("not_an_amount", column)
    return float(plain)


def _read_day(text, column):
    match = DATE.fullmatch(text)
    try:
        return date(*map(int, match.groups()))
    except (AttributeError, ValueError) as error:
        raise CellError("not_a_day", column) from error


_READERS = {
    "text": _read_text,
    "count": _read_count,
    "amount": _read_amount,
    "day": _read_day,
}
