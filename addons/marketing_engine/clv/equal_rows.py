"""Equal rows of columns, numbered: what is the same for equal rows is computed once."""

import numpy as np

_MOST = 2**62


def number_rows(*columns) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return where each different row occurs first, each row's number, and how often.

    The different rows are in the order of their columns. Parameters are float columns
    of one length, not negative.

    Notes
    -----
    One sort of whole numbers: rows become a number each, with the place of the row in
    its lowest bits, which is several times as fast as sorting places by values.
    """
    size = columns[0].size
    key, span = np.zeros(size, np.int64), 1
    for column in columns:
        codes, different = _codes(column)
        if span * different * size >= _MOST:
            key, span = _ranks(key)
        key, span = key * different + codes, span * different
    order, key = _sorted(key, span)
    begins = np.flatnonzero(np.diff(key, prepend=-1))
    counts = np.diff(begins, append=size)
    row_of = np.empty(size, np.intp)
    row_of[order] = np.repeat(np.arange(begins.size), counts)
    return order[begins], row_of, counts


def _codes(column):
    """Return whole numbers in the order of the values, and a limit above them."""
    codes = column.astype(np.int64) if column.size and column.max() < 2**31 else None
    if codes is not None and np.array_equal(codes, column):
        return codes, int(codes.max()) + 1
    return _ranks(column)


def _ranks(values):
    different, codes = np.unique(values, return_inverse=True)
    return codes, different.size


def _sorted(key, span):
    """Return the places of the keys in ascending order, and the keys in that order."""
    bits = int(key.size).bit_length()
    if span << bits >= 2 * _MOST:
        order = np.argsort(key, kind="stable")
        return order, key[order]
    together = np.sort((key << bits) | np.arange(key.size))
    return together & ((1 << bits) - 1), together >> bits
