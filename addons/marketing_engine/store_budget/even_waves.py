"""Waves as even as can be: a mixed-integer program that knows how good it is."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import coo_array, vstack

from ..checks import finite_column

#: A region is split only where waves would otherwise differ by more than this part.
TOLERANCE = 0.01
_SECONDS, _SOME, _FREE = 4.0, 1e-6, 60
# Rather any deviation than one that is left out.
_LEFT_OUT = 1e3


@dataclass(frozen=True, eq=False)
class EvenWaves:
    """Which wave each line goes to.

    Attributes
    ----------
    wave : numpy.ndarray of int, shape (n,)
        -1 for a line that no wave has room for.
    deviation : float
        By how much the pieces or the cost of a wave are off its part at most, as a
        share of a mean wave.
    bound : float
        No assignment deviates less, not even one of divided lines.
    split : int
        Regions in more than one wave.
    """

    wave: np.ndarray
    deviation: float
    bound: float
    split: int

    @property
    def gap(self) -> float:
        """Return how far it is from the bound, as a share of a mean wave."""
        return max(0.0, self.deviation - self.bound)


def even_waves(
    pieces, costs, region, capacity, budgets, *, there=None, same=None, barred=None
) -> EvenWaves:
    """Return the waves that deviate least in pieces and cost; regions stay together.

    Parameters
    ----------
    pieces, costs : array_like, shape (n,)
        Of each line, not negative.
    region : array_like, shape (n,)
        Kept in one wave as far as waves do not differ by more than 1 % for it.
    capacity, budgets : array_like, shape (waves,)
        Most pieces and money of each wave, infinite for no limit.
    there : array_like, shape (waves, 2), optional
        Pieces and money that are in the waves already.
    same : array_like, shape (n,), optional
        Lines with the same label never meet in a wave.
    barred : array_like of bool, shape (n, waves), optional
        Waves that a line must not go to.

    Raises
    ------
    ValueError
        For columns of different lengths, negative values, no wave.

    Notes
    -----
    First which waves each region goes to, with as few regions split as the tolerance
    allows (regions may be divided at will in this step). Then which of its waves each
    line goes to: a linear program, of which the divided lines and a few more are
    settled by a mixed-integer one (HiGHS). The bound is the linear program's without
    regions.
    """
    task = _Task(pieces, costs, capacity, budgets, there)
    if not task.lines:
        return EvenWaves(np.zeros(0, dtype=int), 0.0, 0.0, 0)
    barred = np.zeros((task.lines, task.waves), bool) if barred is None else barred
    same = np.arange(task.lines) if same is None else np.asarray(same)
    label = np.unique(np.asarray(region), return_inverse=True)[1].ravel()
    group = np.unique(same, return_inverse=True)[1].ravel()
    alone = np.bincount(group)[group] == 1
    free = ~np.asarray(barred, dtype=bool)
    loose = _Program(task, task.amount, free)
    bound = max(0.0, float(loose.linear()[-1]))
    open_waves = _regions(task, label, max(bound, TOLERANCE))[label]
    # who must not meet a twin, or has its region's waves barred, may go anywhere
    stuck = ~alone | ~(open_waves & free).any(axis=1)
    wave = _lines(task, (open_waves | stuck[:, None]) & free, group)
    places = np.unique(np.stack([label, wave])[:, wave >= 0], axis=1)
    split = int((np.bincount(places[0], minlength=1) > 1).sum())
    return EvenWaves(
        wave, task.deviation(wave), min(bound, task.deviation(wave)), split
    )


class _Task:
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


class _Program:
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
            options={"time_limit": _SECONDS, "mip_rel_gap": 1e-9},
        )
        return fixed if done.x is None else done.x[:-1]

    def _joined(self, more):
        rows, upper = self.rows()
        if more is None:
            return rows, upper
        return vstack([rows, more]).tocsr(), np.r_[upper, np.ones(more.shape[0])]


def _regions(task, label, tolerance) -> np.ndarray:
    """Return which waves each region may go to, (regions, waves)."""
    count = label.max() + 1
    amount = np.zeros((count, 2))
    np.add.at(amount, label, task.amount)
    program = _Program(task, amount, np.ones((count, task.waves), dtype=bool))
    rows, upper = program.rows()
    size = program.size
    # shares, the deviation, then whether a region is in a wave at all
    wide = coo_array(rows)
    wide = coo_array((wide.data, wide.coords), (rows.shape[0], 2 * size + 1))
    places = np.arange(size)
    linked = coo_array(
        (
            np.r_[np.ones(size), -np.ones(size)],
            (np.r_[places, places], np.r_[places, size + 1 + places]),
        ),
        (size, 2 * size + 1),
    )
    top = np.r_[np.ones(size), tolerance + _SOME, np.ones(size)]
    done = milp(
        np.r_[program.aim(), np.ones(size)],
        constraints=LinearConstraint(
            vstack([wide, linked]).tocsr(), ub=np.r_[upper, np.zeros(size)]
        ),
        integrality=np.r_[np.zeros(size + 1), np.ones(size)],
        bounds=Bounds(0, top),
        options={"time_limit": _SECONDS, "mip_rel_gap": 1e-4},
    )
    if done.x is None:
        return np.ones((count, task.waves), dtype=bool)
    return (done.x[:size] > _SOME).reshape(count, task.waves)


def _lines(task, free, group) -> np.ndarray:
    """Return the wave of each line, of those that it may go to."""
    program = _Program(task, task.amount, free)
    twins = _twins(program, group)
    share = np.clip(program.linear(twins)[:-1], 0, 1)
    fixed = np.round(share)
    divided = np.zeros(task.lines, dtype=bool)
    divided[program.item[(share > _SOME) & (share < 1 - _SOME)]] = True
    choice = np.bincount(program.item, minlength=task.lines) > 1
    # some small ones more, of all sizes, so that the sums can be met
    others = np.flatnonzero(choice & ~divided)
    others = others[np.argsort(task.amount[others, 0], kind="stable")]
    divided[others[:: max(1, others.size // _FREE)]] = True
    open_columns = divided[program.item]
    fixed[open_columns] = 0.0
    chosen = program.whole(open_columns, fixed, twins) > 0.5
    wave = np.full(task.lines, -1)
    wave[program.item[chosen]] = program.wave[chosen]
    return wave


def _twins(program, group):
    """Return the rows that keep lines with one label apart, (rows, columns)."""
    key = group[program.item] * program.task.waves + program.wave
    _keys, place, count = np.unique(key, return_inverse=True, return_counts=True)
    many = np.flatnonzero(count[place.ravel()] > 1)
    row = np.unique(place.ravel()[many], return_inverse=True)[1]
    shape = (int(row.max(initial=-1)) + 1, program.size + 1)
    return coo_array((np.ones(many.size), (row, many)), shape).tocsr()
