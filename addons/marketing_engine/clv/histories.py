"""Purchase histories as columns: checked, and equal rows told once."""

from dataclasses import dataclass

import numpy as np

from ..checks import finite_column
from .equal_rows import number_rows


@dataclass(frozen=True, eq=False)
class Histories:
    """Repeat purchases, time of the last one and time observed, one row a customer.

    Attributes
    ----------
    frequency, recency, age : numpy.ndarray of float64, shape (n,)
        ``x``, ``t_x`` and ``T`` of the literature; both times count from the first
        purchase, in one unit.
    """

    frequency: np.ndarray
    recency: np.ndarray
    age: np.ndarray

    @classmethod
    def checked(cls, frequency, recency, age) -> "Histories":
        """Return the columns as floats.

        Raises
        ------
        ValueError
            If they differ in length, are not finite, or contradict each other; the
            message names the first such row.
        """
        columns = {
            "frequency": finite_column("frequency", np.atleast_1d(frequency)),
            "recency": finite_column("recency", np.atleast_1d(recency)),
            "age": finite_column("age", np.atleast_1d(age)),
        }
        lengths = {name: column.size for name, column in columns.items()}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"columns differ in length: {lengths}")
        histories = cls(**columns)
        histories._check_rows()
        return histories

    def _check_rows(self) -> None:
        x, last, age = self.frequency, self.recency, self.age
        for wrong, why in (
            ((x < 0) | (x != np.floor(x)), "frequency must be a whole number ≥ 0"),
            (age <= 0, "age must be greater than 0: leave out today's first buyers"),
            ((last < 0) | (last > age), "recency must lie between 0 and age"),
            ((x == 0) & (last > 0), "recency is 0 without a repeat purchase"),
        ):
            rows = np.flatnonzero(wrong)
            if rows.size:
                raise ValueError(f"{why} (row {rows[0]})")

    def distinct(self) -> tuple["Histories", np.ndarray, np.ndarray]:
        """Return the different rows, how often each occurs, and each row's number.

        The likelihood of equal rows is equal, so a sum over the distinct ones with
        their counts is exact. A million customers observed by the day have some ten
        thousand to a few hundred thousand different histories.
        """
        columns = (self.frequency, self.recency, self.age)
        first, row_of, counts = number_rows(*columns)
        rows = Histories(*(column[first] for column in columns))
        return rows, counts.astype(np.float64), row_of
