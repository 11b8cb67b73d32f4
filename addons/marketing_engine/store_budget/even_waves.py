"""Waves as even as can be: a mixed-integer program that knows how good it is."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, vstack

from .wave_program import SECONDS, Program, Task

#: A region is split only where waves would otherwise differ by more than this part.
TOLERANCE = 0.01
_SOME, _FREE = 1e-6, 60


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
    task = Task(pieces, costs, capacity, budgets, there)
    if not task.lines:
        return EvenWaves(np.zeros(0, dtype=int), 0.0, 0.0, 0)
    barred = np.zeros((task.lines, task.waves), bool) if barred is None else barred
    same = np.arange(task.lines) if same is None else np.asarray(same)
    label = np.unique(np.asarray(region), return_inverse=True)[1].ravel()
    group = np.unique(same, return_inverse=True)[1].ravel()
    alone = np.bincount(group)[group] == 1
    free = ~np.asarray(barred, dtype=bool)
    loose = Program(task, task.amount, free)
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


def _regions(task, label, tolerance) -> np.ndarray:
    """Return which waves each region may go to, (regions, waves)."""
    count = label.max() + 1
    amount = np.zeros((count, 2))
    np.add.at(amount, label, task.amount)
    program = Program(task, amount, np.ones((count, task.waves), dtype=bool))
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
        options={"time_limit": SECONDS, "mip_rel_gap": 1e-4},
    )
    if done.x is None:
        return np.ones((count, task.waves), dtype=bool)
    return (done.x[:size] > _SOME).reshape(count, task.waves)


def _lines(task, free, group) -> np.ndarray:
    """Return the wave of each line, of those that it may go to."""
    program = Program(task, task.amount, free)
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
