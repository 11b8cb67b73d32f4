"""Checks of arguments, each with the error a caller can act on."""

import math
from operator import index

import numpy as np


def whole_number(name: str, value) -> int:
    """Return ``value`` as an int; 3.0 is accepted, 3.5, NaN and "3" are not.

    Raises
    ------
    ValueError
        If it is not a whole number.
    """
    try:
        return index(value)
    except TypeError:
        is_float = isinstance(value, (float, np.floating))
        if is_float and math.isfinite(value) and value == math.floor(value):
            return int(value)
        raise ValueError(f"{name} must be a whole number: {value!r}") from None


def finite_column(name: str, values) -> np.ndarray:
    """Return ``values`` as a one-dimensional float array.

    Raises
    ------
    ValueError
        If they are not numbers, not finite, or not one-dimensional.
    """
    column = _numbers(name, values)
    if column.ndim != 1:
        raise ValueError(f"{name} must be one-dimensional, not {column.ndim}-d")
    bad = np.flatnonzero(~np.isfinite(column))
    if bad.size:
        raise ValueError(f"{name} must be finite: {column[bad[0]]} at row {bad[0]}")
    return column


def forecast_and_outcome(
    forecast, outcome, *, binary=False
) -> tuple[np.ndarray, np.ndarray]:
    """Return both as columns of one length, not empty.

    Raises
    ------
    ValueError
        If they are no such columns, or not labels of 0 and 1 where ``binary``.
    """
    one = finite_column("forecast", forecast)
    other = finite_column("outcome", outcome)
    if one.size != other.size or not one.size:
        raise ValueError(f"columns have {one.size} and {other.size} rows")
    if binary and not np.all((other == 0) | (other == 1)):
        raise ValueError("label must hold 0 and 1 only")
    return one, other


def finite_matrix(name: str, values) -> np.ndarray:
    """Return ``values`` as a two-dimensional float array; one column may be flat.

    Raises
    ------
    ValueError
        If they are not numbers, not finite, or not two-dimensional.
    """
    matrix = _numbers(name, values)
    if matrix.ndim == 1:
        matrix = matrix[:, None]
    if matrix.ndim != 2:
        raise ValueError(f"{name} must be two-dimensional, not {matrix.ndim}-d")
    bad = np.argwhere(~np.isfinite(matrix))
    if bad.size:
        row, column = bad[0]
        raise ValueError(f"{name} must be finite: row {row}, column {column}")
    return matrix


def _numbers(name, values):
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} must hold numbers only") from error
