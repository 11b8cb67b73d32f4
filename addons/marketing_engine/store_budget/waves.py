"""Which store goes out in which wave."""

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array, hstack, identity, kron, vstack

from ..checks import finite_column, finite_matrix

_SOME, _SECONDS, _GAP = 1e-6, 10.0, 1e-4
# Rather any imbalance than one store that is left out.
_LEFT_OUT = 10.0


def balance_waves(
    pieces, features, capacity, *, costs=None, budgets=None
) -> np.ndarray:
    """Return the wave of each store, so that all waves look alike; -1 for left out.

    Of each column of ``features`` every wave gets its part of the sum as nearly as
    whole stores allow: its part is that of the capacity, or the same where there is
    no limit. Stores are left out only where capacity or budgets do not hold all.

    Parameters
    ----------
    pieces : array_like, shape (n,)
    features : array_like, shape (n, k)
        What is to be balanced, not negative: pieces, expected responses, risk, a 0/1
        column a region. Scaled here.
    capacity : array_like, shape (waves,)
        Most pieces of each wave, infinite for no limit.
    costs, budgets : array_like, shape (n,) and (waves,), optional
        In money, the most of each wave.

    Raises
    ------
    ValueError
        For columns of different lengths, negative values, no wave.

    Notes
    -----
    A linear program leaves at most as many stores divided as there are sums to keep;
    those are placed by a mixed-integer one (HiGHS), the others stay.
    """
    program = _Waves(pieces, features, capacity, costs, budgets)
    return program.place()


def fill_waves(order, pieces, capacity) -> np.ndarray:
    """Return the wave of each store when waves are filled one after the other.

    ``order`` (n,) tells which stores come first, such as the number of the region or
    the risk; of equal ones the first in the input. A store that does not fit any more
    goes to the next wave with room, -1 when there is none.
    """
    pieces, room = finite_column("pieces", pieces), _limits("capacity", capacity)
    order = finite_column("order", order)
    if order.size != pieces.size:
        raise ValueError(f"order has {order.size} stores, pieces {pieces.size}")
    wave, here = np.full(pieces.size, -1), 0
    for store in np.argsort(order, kind="stable"):
        while here < room.size - 1 and room[here] < pieces[store]:
            here += 1
        fits = np.flatnonzero(room[here:] >= pieces[store])
        if fits.size:
            wave[store] = here + fits[0]
            room[here + fits[0]] -= pieces[store]
    return wave


class _Waves:
    """Variables: store x wave, then how far each sum is above and below its part."""

    def __init__(self, pieces, features, capacity, costs, budgets):
        self.pieces = finite_column("pieces", pieces)
        features = finite_matrix("features", features)
        if features.shape[0] != self.pieces.size:
            raise ValueError(
                f"features have {features.shape[0]} rows, pieces {self.pieces.size}"
            )
        if (features < 0).any() or (self.pieces < 0).any():
            raise ValueError("pieces and features must not be negative")
        total = features.sum(axis=0)
        self.features = features / np.where(total > 0, total, 1.0)
        self.capacity = _limits("capacity", capacity)
        self.costs = None if costs is None else finite_column("costs", costs)
        self.budgets = None if budgets is None else _limits("budgets", budgets)
        self.stores, self.waves = self.pieces.size, self.capacity.size

    def place(self) -> np.ndarray:
        if not self.stores:
            return np.zeros(0, dtype=int)
        matrix, low, high, aim = self._program()
        count = self.stores * self.waves
        both = vstack([matrix, -matrix]).tocsr()
        limits = np.r_[high, -low]
        finite = np.isfinite(limits)
        loose = linprog(aim, A_ub=both[finite], b_ub=limits[finite], method="highs")
        share = loose.x[:count].reshape(self.stores, self.waves)
        divided = ((share > _SOME) & (share < 1 - _SOME)).any(axis=1)
        lower, upper = np.zeros(aim.size), np.full(aim.size, np.inf)
        upper[:count] = 1.0
        fixed = np.repeat(~divided, self.waves)
        lower[:count][fixed] = upper[:count][fixed] = np.round(share).ravel()[fixed]
        aim[:count][fixed] = 0.0
        whole = np.zeros(aim.size)
        whole[:count] = np.repeat(divided, self.waves)
        done = milp(
            aim,
            constraints=LinearConstraint(matrix, low, high),
            integrality=whole,
            bounds=Bounds(lower, upper),
            options={"time_limit": _SECONDS, "mip_rel_gap": _GAP},
        )
        chosen = np.floor(share + _SOME) if done.x is None else done.x[:count]
        chosen = chosen.reshape(share.shape) > 0.5
        return np.where(chosen.any(axis=1), chosen.argmax(axis=1), -1)

    def _program(self):
        """Return rows, their limits, and what is made small."""
        stores, waves, kinds = self.stores, self.waves, self.features.shape[1]
        sums = waves * kinds
        one_wave = kron(identity(stores), np.ones((1, waves)))
        part = self._parts()
        balance = vstack([self._by_wave(column) for column in self.features.T])
        slack = hstack([-identity(sums), identity(sums)])
        limits = [(self.pieces, self.capacity)]
        if self.budgets is not None and self.costs is not None:
            limits.append((self.costs, self.budgets))
        rows = [
            hstack([one_wave, csr_array((stores, 2 * sums))]),
            hstack([balance, slack]),
        ]
        rows += [
            hstack([self._by_wave(amount), csr_array((waves, 2 * sums))])
            for amount, _limit in limits
        ]
        target = np.tile(part, kinds)
        high = np.r_[np.ones(stores), target, *[limit for _amount, limit in limits]]
        low = np.r_[np.full(stores, -np.inf), target]
        low = np.r_[low, np.full(high.size - low.size, -np.inf)]
        aim = np.r_[np.full(stores * waves, -_LEFT_OUT), np.ones(2 * sums)]
        return vstack(rows).tocsr(), low, high, aim

    def _by_wave(self, amount):
        """Return the rows that sum an amount of the stores of each wave."""
        return kron(amount[None, :], identity(self.waves))

    def _parts(self):
        known = np.isfinite(self.capacity)
        if not known.all() or not self.capacity.sum():
            return np.full(self.waves, 1 / self.waves)
        return self.capacity / self.capacity.sum()


def _limits(name, values):
    limits = np.array(values, dtype=np.float64, ndmin=1)
    if limits.ndim != 1 or not limits.size or not (limits >= 0).all():
        raise ValueError(f"{name} must be one number from 0 on for each wave")
    return limits
