"""Past drops as the model reads them: numbered labels, nothing absurd."""

from dataclasses import dataclass, field

import numpy as np

LABELS = ("store", "creative", "market", "region", "store_type")
NUMBERS = ("week", "pieces", "responses", "revenue", "cost")
#: Weeks and months of a year, for seasons.
WEEKS, MONTHS = 365.25 / 7, 12
_MOST = 1e12


@dataclass(frozen=True, eq=False)
class History:
    """Drops, one row each; only rows whose pieces are known and above zero.

    Attributes
    ----------
    labels : dict of str to numpy.ndarray
        By name of :data:`LABELS`, the sorted values that occur.
    codes : dict of str to numpy.ndarray of int, shape (n,)
        Places in ``labels``; besides them ``month``, counted from the first one, and
        ``season``, the month of the year from 0 to 11.
    week, pieces, responses, revenue : numpy.ndarray of float64, shape (n,)
        Responses and revenue are NaN where unknown.
    of_store : dict of str to numpy.ndarray of int, shape (stores,)
        The market, region and store type of each store's last drop.
    """

    labels: dict
    codes: dict
    week: np.ndarray
    pieces: np.ndarray
    responses: np.ndarray
    revenue: np.ndarray
    of_store: dict = field(default_factory=dict)

    def size(self, name: str) -> int:
        """Return how many values of a label occur."""
        return self.labels[name].size


def read(history) -> History:
    """Return ``history`` checked and numbered.

    Raises
    ------
    ValueError
        Naming the column and the row: no structured array, missing fields, no usable
        row, negative or infinite numbers, more responses than pieces.
    """
    rows = _rows(history)
    numbers = {name: _number(rows, name) for name in NUMBERS}
    _possible(numbers)
    used = numbers["pieces"] > 0
    if not used.any():
        raise ValueError("history has no drop with pieces: nothing can be learned")
    rows = rows[used]
    numbers = {name: column[used] for name, column in numbers.items()}
    labels, codes = {}, {}
    for name in LABELS:
        labels[name], codes[name] = _numbered(name, rows[name])
    month, codes["season"] = months(numbers["week"])
    codes["month"] = month - month.min()
    last = np.lexsort((np.arange(rows.size), numbers["week"]))
    of_store = {}
    for name in LABELS[2:]:
        of_store[name] = np.zeros(labels["store"].size, dtype=np.intp)
        of_store[name][codes["store"][last]] = codes[name][last]
    columns = (numbers[name] for name in ("week", "pieces", "responses", "revenue"))
    return History(labels, codes, *columns, of_store)


def months(weeks) -> tuple[np.ndarray, np.ndarray]:
    """Return the running month of each week, and its month of the year from 0 to 11."""
    month = np.floor(np.asarray(weeks, dtype=float) / WEEKS * MONTHS).astype(np.int64)
    return month, month % MONTHS


def places(known: np.ndarray, labels) -> np.ndarray:
    """Return where each label stands in the sorted ``known``, -1 for a new one."""
    labels = np.asarray(labels)
    if not known.size:
        return np.full(labels.size, -1)
    try:
        place = np.minimum(np.searchsorted(known, labels), known.size - 1)
        return np.where(known[place] == labels, place, -1)
    except TypeError as error:
        raise ValueError(f"labels are not of the history's type: {error}") from error


def _rows(history):
    rows = np.asarray(history)
    if rows.dtype.names is None:
        raise ValueError("history must be a structured array, one row a drop")
    missing = [name for name in (*LABELS, *NUMBERS) if name not in rows.dtype.names]
    if missing:
        raise ValueError(f"history lacks the fields {', '.join(missing)}")
    rows = rows.ravel()
    if not rows.size:
        raise ValueError("history is empty: import results of past drops first")
    return rows


def _number(rows, name):
    try:
        column = rows[name].astype(np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} must hold numbers only") from error
    bad = np.isinf(column) | (np.abs(column) > _MOST)
    if name == "week":
        bad |= np.isnan(column)
    elif name != "revenue":
        bad |= column < 0
    _refuse(name, column, bad)
    return column


def _possible(numbers):
    with np.errstate(invalid="ignore"):
        more = numbers["responses"] > numbers["pieces"]
    row = np.flatnonzero(more)
    if row.size:
        raise ValueError(
            f"row {row[0]} has more responses than pieces: "
            f"{numbers['responses'][row[0]]:g} of {numbers['pieces'][row[0]]:g}"
        )


def _refuse(name, column, bad):
    row = np.flatnonzero(bad)
    if row.size:
        raise ValueError(f"{name} is impossible at row {row[0]}: {column[row[0]]:g}")


def _numbered(name, column):
    try:
        labels, codes = np.unique(column, return_inverse=True)
    except TypeError as error:
        raise ValueError(f"{name} must hold values of one type: {error}") from error
    return labels, codes.astype(np.intp)
