r"""What budgets, stores and print runs are worth: a bound, and what is printed.

No plan earns more than, for any prices :math:`\lambda, u, r \ge 0`,

.. math:: \lambda B + \sum_s u_s + \sum_c \max(0, \max_t \sum_s
          (\max_q g_{sc}(q) - ((1 + \lambda) p_{ct} - r_{ct}) q - u_s)^+
          - r_{ct} m_{ct})

with m the least pieces of a print run: each creative chooses its own tier and stores,
and pays for those (Lagrange). It is convex, with kinks; smoothed, and less so from step
to step, it is minimised by L-BFGS (Nesterov 2005, *Math. Program.* 103). The derivative
by :math:`u_s` is how much of the store is still free, and the weights of the tiers say
which ones are printed.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from .offers import Offers

#: Width of the smoothing, as parts of a mean store's and of a mean creative's profit.
_WIDTHS = (0.1, 0.03, 0.01, 0.003, 0.001)
_COARSE, _STEPS, _MEMORY = 2, 60, 10
#: More stores than that are represented by every so many in the coarse steps.
_PART = 400
# Beyond so many widths below its store's price a choice plays no role.
_FAR = 25.0


@dataclass(frozen=True, eq=False)
class Prices:
    """Prices at the smallest bound that was found.

    Attributes
    ----------
    bound : float
    money : numpy.ndarray, shape (budgets,)
    store : numpy.ndarray, shape (stores,)
    reward : numpy.ndarray, shape (creatives, tiers)
        Of a piece.
    share : numpy.ndarray, shape (creatives, tiers)
        How much of each tier is printed, 0 to 1; a creative's sum is at most 1.
    """

    bound: float
    money: np.ndarray
    store: np.ndarray
    reward: np.ndarray
    share: np.ndarray


def find_prices(offers: Offers, wave, limits) -> Prices:
    """Return the prices of budgets (of all, then of each wave), stores and runs."""
    stores = offers.slope.shape[0]
    every = -(-stores // _PART)
    start, widths = None, _WIDTHS
    if every > 1:
        rows = np.arange(stores)[::every]
        share = rows.size / stores
        part = _Dual(offers.some(rows, share), wave[rows], limits * share)
        point = part.descend(part.start(), _WIDTHS[:_COARSE])
        money, reward = part.money(point), part.reward(point)
        start, widths = (money, reward, part.share(point)), _WIDTHS[_COARSE:]
    dual = _Dual(offers, wave, limits)
    point = dual.descend(dual.start(start), widths)
    return Prices(
        dual.bound(point),
        dual.money(point),
        dual.store(point),
        dual.reward(point),
        dual.share(point),
    )


class _Dual:
    """The bound as a function of one vector: money, stores, rewards, each scaled."""

    def __init__(self, offers, wave, limits):
        self.offers, self.wave, self.limits = offers, wave, limits
        self.stores, self.creatives = offers.slope.shape
        self.tiers = offers.least.shape[1]
        self.known = np.isfinite(limits)
        self.worth = np.where(self.known, limits, 0.0)
        self.least = np.where(np.isfinite(offers.least), offers.least, 0.0).ravel()
        price = np.where(np.isfinite(offers.price), offers.price, 0.0)
        # what is shared by many stores moves in smaller steps than a store's price
        self.piece = max(float(price.max()), 1e-9)
        self.piece /= np.sqrt(max(self.stores / self.creatives, 1.0))
        self.coin = 1 / np.sqrt(self.stores)
        self.cells = _Cells(offers, wave)
        self.unit = self.total = 1.0

    def start(self, given=None):
        """Return the first point, and set the scales by it."""
        shape = (self.creatives, self.tiers)
        if given is None:
            money, reward = np.zeros(self.limits.size), np.zeros(shape)
            money[0] = 0.3 if self.known[0] else 0.0
            share = np.ones(shape)
        else:
            money, reward, share = given
        worth = self.cells.at(self._load(money), reward.ravel())[1]
        used = share.ravel()[self.cells.choice] >= min(0.5, share.max())
        store = np.zeros(self.stores)
        np.maximum.at(store, self.cells.store[used], worth[used])
        self.unit = max(float(store.mean()), 1e-9)
        self.total = self.unit * self.stores
        parts = (money / self.coin, store / self.unit, reward.ravel() / self.piece)
        return np.concatenate(parts)

    def money(self, point):
        return point[: self.limits.size] * self.coin

    def store(self, point):
        return point[self.limits.size :][: self.stores] * self.unit

    def reward(self, point):
        reward = point[self.limits.size + self.stores :] * self.piece
        return reward.reshape(self.creatives, self.tiers)

    def share(self, point):
        """Return the weights of the tiers in the last step's smoothing."""
        return self._sums(point, _WIDTHS[-1])[1].reshape(self.creatives, -1)

    def descend(self, point, widths):
        """Return the point with the smallest bound, from wide to narrow smoothing."""
        best, found = point, self.bound(point)
        bounds = [(0, None if known else 0) for known in self.known]
        bounds += [(0, None)] * (point.size - len(bounds))
        for width in widths:
            self.cells.keep_near(self, point, _FAR * width * self.unit)
            done = minimize(
                self._smooth,
                point,
                args=(width,),
                jac=True,
                method="L-BFGS-B",
                bounds=bounds,
                options={"maxiter": _STEPS, "maxcor": _MEMORY},
            )
            point, now = done.x, self.bound(done.x)
            if now < found:
                best, found = point, now
        return best

    def bound(self, point) -> float:
        """Return the bound itself, of all choices there are."""
        store, reward = self.store(point), self.reward(point)
        load = self._load(self.money(point))
        _pieces, worth = self.offers.worth(load, reward)
        above = np.maximum(worth - store[:, None, None], 0).sum(axis=0)
        profit = above - reward * self.least.reshape(reward.shape)
        printed = np.maximum(profit.max(axis=1), 0).sum()
        return float(self.money(point) @ self.worth + store.sum() + printed)

    def _load(self, money):
        return 1 + money[0] + np.r_[money[1:], 0.0][self.wave]

    def _sums(self, point, width):
        """Return the smoothed profit of the creatives, tiers' weights, and choices'."""
        soft, cells = width * self.unit, self.cells
        reward = self.reward(point).ravel()
        pieces, worth = cells.at(self._load(self.money(point)), reward)
        above = (worth - self.store(point)[cells.store]) / soft
        tail = np.exp(-np.minimum(np.abs(above), _FAR))
        kept = np.where(above > 0, 1.0, tail) / (1 + tail)
        profit = soft * (np.maximum(above, 0) + np.log1p(tail))
        size = self.creatives * self.tiers
        sums = np.bincount(cells.choice, profit, size) - reward * self.least
        sums = sums.reshape(self.creatives, self.tiers)
        heat = width * self.total / self.creatives
        top = np.maximum(sums.max(axis=1), 0.0)
        weight = np.exp((sums - top[:, None]) / heat)
        whole = weight.sum(axis=1) + np.exp(-top / heat)
        printed = float((top + heat * np.log(whole)).sum())
        return printed, (weight / whole[:, None]).ravel(), kept, pieces

    def _smooth(self, point, width):
        """Return the smoothed bound and its derivatives."""
        cells = self.cells
        printed, share, kept, pieces = self._sums(point, width)
        used = share[cells.choice] * kept
        spent = used * pieces * cells.price
        by_store = np.bincount(cells.store, used, self.stores)
        of_run = np.bincount(cells.choice, kept * pieces, share.size) - self.least
        money = self.worth.copy()
        money[0] -= spent.sum()
        of_wave = np.bincount(
            self.wave[cells.store] + 1, spent, minlength=self.limits.size
        )
        money[1:] -= of_wave[1:]
        slope = np.concatenate(
            [money * self.coin, (1 - by_store) * self.unit, share * of_run * self.piece]
        )
        value = self.money(point) @ self.worth + self.store(point).sum() + printed
        return float(value) / self.total, slope / self.total


class _Cells:
    """Choices that may play a role: a store, a creative and a tier each."""

    def __init__(self, offers, wave):
        self.offers, self.wave, self.every = offers, wave, None
        row = 0 if offers.price.shape[0] == 1 else slice(None)
        price = np.broadcast_to(
            offers.price[row], (*offers.slope.shape, offers.least.shape[1])
        )
        usable = (offers.slope[:, :, None] > 0) & np.isfinite(price)
        self._take(np.flatnonzero(usable), price)

    def _take(self, flat, price):
        tiers = self.offers.least.shape[1]
        self.store, self.choice = np.divmod(flat, self.offers.slope.shape[1] * tiers)
        self.price = price.ravel()[flat]
        self.slope = self.offers.slope[self.store, self.choice // tiers]
        self.usual, self.most = (
            column[self.store] for column in (self.offers.usual, self.offers.most)
        )
        bend = self.offers.bend
        self.least_left = np.exp(-bend * self.most / self.usual) if bend > 0 else None
        self.flat, self.full = flat, price

    def at(self, load, reward):
        """Return the best pieces of each choice, and what they earn."""
        price = self.price * load[self.store] - reward[self.choice]
        if self.least_left is None:
            pieces = np.where(self.slope > price, self.most, 0.0)
            return pieces, (self.slope - price) * pieces
        left = np.clip(price / self.slope, self.least_left, 1.0)
        pieces = -self.usual / self.offers.bend * np.log(left)
        gain = self.slope * self.usual / self.offers.bend * (1 - left)
        return pieces, gain - price * pieces

    def keep_near(self, dual, point, distance):
        """Leave out what earns much less than its store's price."""
        if self.every is None:
            self.every = self.flat
        elif self.flat.size != self.every.size:
            self._take(self.every, self.full)
        worth = self.at(dual._load(dual.money(point)), dual.reward(point).ravel())[1]
        near = worth > dual.store(point)[self.store] - distance
        if near.sum() < 0.7 * near.size:
            self._take(self.flat[near], self.full)
