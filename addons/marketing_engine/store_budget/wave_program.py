"""Sharing lines out among waves as a linear or mixed-integer program."""

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import coo_array, vstack

from ..checks import finite_column

#: Seconds that a mixed-integer program may take.
SECONDS = 4.0
# Rather any deviation than one that is left out.
_LEFT_OUT = 1e3


class Task:
    """Amounts of the lines (pieces, money), and what each wave shall have of them."""

    def __init__(self, pieces, costs, capacity, budgets, there):
        columns = [finite_column("pieces", pieces), finite_column("costs", costs)]
        if columns[0].size != columns[1].size:
            raise ValueError(
                f"costs have {columns[1].size} rows, pieces {columns[0].size}"
            )
        self.amount = np.stack(columns, axis=1)
        limits = [np.array(values, float, ndmin=1) for values in (capacity, budgets)]
        if limits[0].size != limits[1].size or not limits[0].size:
            raise ValueError("capacity and budgets must be one number for each wave")
        self.limit = np.stack(limits, axis=1)
        if (self.amount < 0).any() or not (self.limit >= 0).all():
            raise ValueError("amounts and limits must be numbers from 0 on")
        self.lines, self.waves = len(self.amount), len(self.limit)
        self.there = np.zeros((self.waves, 2)) if there is None else np.array(there)
        total = self.amount.sum(axis=0) + self.there.sum(axis=0)
        room = np.minimum(self.limit.sum(axis=0), total)
        self.target = self._parts(total[0])[:, None] * room
        self.unit = np.where(total > 0, total / self.waves, np.inf)

    def _parts(self, total):
        """Return the part of each wave: by capacity where all have one, or the same."""
        capacity = self.limit[:, 0]
        if np.isfinite(capacity).all() and capacity.sum() > 0:
            return capacity / capacity.sum()
        part, capped = np.zeros(self.waves), np.zeros(self.waves, dtype=bool)
        for _round in range(self.waves):
            rest = max(0.0, 1 - part[capped].sum())
            part[~capped] = rest / max((~capped).sum(), 1)
            over = ~capped & (part * total > capacity)
            if not over.any():
                break
            part[over] = capacity[over] / total
            capped |= over
        return part

    def deviation(self, wave) -> float:
        """Return the largest deviation of an assignment."""
        used = wave >= 0
        filled = self.there.astype(float).copy()
        np.add.at(filled, wave[used], self.amount[used])
        return float((np.abs(filled - self.target) / self.unit).max())


class Program:
    """Columns: item in wave, as far as it may, and last the largest deviation."""

    def __init__(self, task, amount, free):
        self.task, self.items = task, len(amount)
        self.item, self.wave = np.nonzero(free)
        self.size = self.item.size
        self.amount = amount[self.item]
        self.weight = _LEFT_OUT * (1 + self.amount[:, 0] / max(amount[:, 0].max(), 1.0))

    def rows(self):
        """Return the matrix and its upper limits."""
        task, count = self.task, np.arange(self.size)
        ones = self._matrix(np.ones(self.size), self.item, self.items)
        parts, limits = [ones], [np.ones(self.items)]
        for kind in (0, 1):
            sums = self._matrix(self.amount[:, kind], self.wave, task.waves)
            room = task.limit[:, kind] - task.there[:, kind]
            known = np.flatnonzero(np.isfinite(room))
            parts.append(sums[known])
            limits.append(room[known])
            if np.isfinite(task.unit[kind]):
                aim = task.target[:, kind] - task.there[:, kind]
                above, below = (
                    self._matrix(
                        np.r_[sign * self.amount[:, kind], -np.full(task.waves, unit)],
                        np.r_[self.wave, np.arange(task.waves)],
                        task.waves,
                        np.r_[count, np.full(task.waves, self.size)],
                    )
                    for sign, unit in ((1, task.unit[kind]), (-1, task.unit[kind]))
                )
                parts += [above, below]
                limits += [aim, -aim]
        return vstack(parts).tocsr(), np.concatenate(limits)

    def _matrix(self, values, row, rows, column=None):
        column = np.arange(self.size) if column is None else column
        return coo_array((values, (row, column)), (rows, self.size + 1)).tocsr()

    def aim(self):
        return np.r_[-self.weight, 1.0]

    def linear(self, more=None) -> np.ndarray:
        """Return the columns of the linear program, the deviation last."""
        rows, upper = self._joined(more)
        bounds = np.zeros((self.size + 1, 2))
        bounds[:, 1] = np.inf
        done = linprog(self.aim(), A_ub=rows, b_ub=upper, bounds=bounds, method="highs")
        if done.x is None:
            raise ValueError(f"the waves cannot be filled: {done.message}")
        return done.x

    def whole(self, free, fixed, more=None) -> np.ndarray:
        """Return the columns with the ``free`` ones decided and others as ``fixed``."""
        rows, upper = self._joined(more)
        low, high = np.r_[fixed, 0.0], np.r_[fixed, np.inf]
        low[:-1][free], high[:-1][free] = 0.0, 1.0
        done = milp(
            self.aim(),
            constraints=LinearConstraint(rows, ub=upper),
            integrality=np.r_[free.astype(int), 0],
            bounds=Bounds(low, high),
            options={"time_limit": SECONDS, "mip_rel_gap": 1e-9},
        )
        return fixed if done.x is None else done.x[:-1]

    def _joined(self, more):
        rows, upper = self.rows()
        if more is None:
            return rows, upper
        return vstack([rows, more]).tocsr(), np.r_[upper, np.ones(more.shape[0])]
