"""From divided stores to whole ones: one creative a store, and whole pieces."""

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, vstack

from .rows import Program, sparse

_SOME, _GAP = 1e-6, 1e-4


class WholeProgram(Program):
    """The program, and the mixed one that decides the stores which it divides."""

    def whole(self, limits, weights, everything, seconds):
        """Return creative, tier and whole pieces of each store: a mixed program.

        A store that the linear program gives one creative keeps it; the others are
        decided together. The amounts of all stay free.
        """
        stores, creatives = self.offers.slope.shape
        tiers = self.offers.least.shape[1]
        weights = np.pad(weights, (0, self.store.size - weights.size))
        group = (self.store * creatives + self.creative) * tiers + self.tier
        amounts = self._mixed(limits, weights, group, everything, seconds)
        total = np.bincount(
            group, weights=amounts * self.pieces, minlength=stores * creatives * tiers
        )
        total = total.reshape(stores, -1)
        chosen = total.argmax(axis=1)
        pieces = total[np.arange(stores), chosen]
        creative, tier = np.divmod(chosen, tiers)
        return creative, tier, self._rounded(pieces, creative, tier)

    def _mixed(self, limits, weights, group, everything, seconds):
        """Return weights of the columns with one group a store."""
        kept, open_groups = self._open(weights, group, everything)
        if not kept.any():
            return np.zeros(kept.size)
        rows, upper, _sizes = self.rows(limits)
        groups, place = np.unique(group[open_groups], return_inverse=True)
        width, more = rows.shape[1], groups.size
        column, new = np.flatnonzero(open_groups), width + np.arange(more)
        holder = np.zeros(more, dtype=int)
        holder[place] = self.store[column]
        used = sparse(
            np.r_[np.ones(column.size), -np.ones(more)],
            np.r_[place, np.arange(more)],
            np.r_[column, new],
            (more, width + more),
        )
        shape = (self.offers.slope.shape[0], width + more)
        one = sparse(np.ones(more), holder, new, shape)
        wide = coo_array(rows)
        wide = coo_array((wide.data, wide.coords), (rows.shape[0], width + more))
        matrix = vstack([wide, used, one]).tocsr()
        upper = np.r_[upper, np.zeros(more), np.ones(one.shape[0])]
        return self._answer(matrix, upper, kept, more, seconds)

    def _answer(self, matrix, upper, kept, more, seconds):
        count = kept.size
        aim = np.zeros(matrix.shape[1])
        aim[:count] = -self.profit
        top = np.ones(matrix.shape[1])
        top[:count] = kept
        whole = np.ones(matrix.shape[1])
        whole[:count] = 0
        low = np.zeros(matrix.shape[1])
        low[count : count + len(self.switches)] = float(self.forced)
        done = milp(
            aim,
            constraints=LinearConstraint(matrix, ub=upper),
            integrality=whole,
            bounds=Bounds(low, top),
            options={"time_limit": seconds, "mip_rel_gap": _GAP},
        )
        return np.zeros(count) if done.x is None else np.clip(done.x[:count], 0, 1)

    def _open(self, weights, group, everything):
        """Return which columns stay, and which are of stores not yet decided."""
        if everything:
            everyone = np.ones(weights.size, dtype=bool)
            return everyone, everyone
        used = weights > _SOME
        pairs = np.unique(np.stack([self.store[used], group[used]]), axis=1)
        kinds = np.bincount(pairs[0], minlength=self.offers.slope.shape[0])
        undecided = (kinds > 1)[self.store]
        return undecided | np.isin(group, pairs[1]), undecided

    def _rounded(self, pieces, creative, tier):
        """Return whole pieces: rounded down, then filled up to a print run's."""
        whole = np.floor(pieces + 1e-6)
        rest = np.where(np.floor(pieces + 1) <= self.offers.most, pieces - whole, -1.0)
        for number, step in self.switches:
            mine = np.flatnonzero((creative == number) & (tier == step) & (whole > 0))
            missing = int(self.offers.least[number, step] - whole[mine].sum())
            if 0 < missing <= mine.size:
                whole[mine[np.argsort(-rest[mine], kind="stable")[:missing]]] += 1
        return whole
