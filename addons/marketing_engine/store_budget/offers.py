"""What a store's pieces of a creative earn and cost, and the best amount at a price."""

from dataclasses import dataclass, replace

import numpy as np


@dataclass(frozen=True, eq=False)
class Offers:
    r"""Concave earnings of pieces, with prices in steps.

    q pieces of creative c in store s earn
    :math:`a_{sc} \frac{u_s}{k} (1 - e^{-kq/u_s})` (at :math:`k = 0`,
    :math:`a_{sc} q`) and cost their price each.

    Attributes
    ----------
    slope : numpy.ndarray, shape (stores, creatives)
        Margin of the first piece before its cost, in money; 0 where a creative must
        not go.
    usual : numpy.ndarray, shape (stores,)
    bend : float
        Saturation k, 0 for none.
    most : numpy.ndarray, shape (stores,)
        Most pieces of a store.
    price : numpy.ndarray, shape (stores or 1, creatives, tiers)
        Of a piece, infinite where there is no such tier.
    least : numpy.ndarray, shape (creatives, tiers)
        Pieces of all stores from which on the tier's price holds for all of them.
    """

    slope: np.ndarray
    usual: np.ndarray
    bend: float
    most: np.ndarray
    price: np.ndarray
    least: np.ndarray

    def gain(self, store, creative, pieces) -> np.ndarray:
        """Return what the pieces earn before their cost."""
        slope = self.slope[store, creative]
        if self.bend <= 0:
            return slope * pieces
        usual = self.usual[store]
        return -slope * usual / self.bend * np.expm1(-self.bend * pieces / usual)

    def cost(self, store, creative, tier, pieces) -> np.ndarray:
        """Return what the pieces cost."""
        row = store if self.price.shape[0] > 1 else np.zeros_like(store)
        return self.price[row, creative, tier] * pieces

    def at(self, tier) -> "Offers":
        """Return the offers with one tier a creative, shape (creatives,)."""
        place = np.arange(tier.size)
        price = self.price[:, place, tier][:, :, None]
        return replace(self, price=price, least=self.least[place, tier][:, None])

    def without(self, creatives) -> "Offers":
        """Return the offers without some creatives, a mask."""
        return replace(
            self,
            slope=np.where(creatives, 0.0, self.slope),
            least=np.where(creatives[:, None], 0.0, self.least),
        )

    def some(self, stores, share) -> "Offers":
        """Return the offers of some stores, and of print runs their share."""
        rows = stores if self.price.shape[0] > 1 else slice(None)
        return replace(
            self,
            slope=self.slope[stores],
            usual=self.usual[stores],
            most=self.most[stores],
            price=self.price[rows],
            least=self.least * share,
        )

    def best(self, load, reward, toll) -> "Choice":
        """Return each store's best creative, tier and pieces.

        Parameters
        ----------
        load : numpy.ndarray, shape (stores,)
            What a unit of money counts: 1 and the price of the budgets.
        reward : numpy.ndarray, shape (creatives, tiers)
            Taken off the price of a piece.
        toll : numpy.ndarray, shape (stores, creatives, tiers), or 0.0
            Taken off the profit of a store that uses a tier.
        """
        pieces, profit = self.worth(load, reward, toll)
        flat = profit.reshape(profit.shape[0], -1)
        place = flat.argmax(axis=1)
        creative, tier = np.divmod(place, self.price.shape[2])
        rows = np.arange(place.size)
        return Choice(creative, tier, pieces[rows, creative, tier], flat[rows, place])

    def worth(self, load, reward, toll=0.0) -> tuple[np.ndarray, np.ndarray]:
        """Return the best pieces of every choice and their profit, all three axes."""
        price = self.price * load[:, None, None] - reward
        price = np.where(np.isfinite(self.price), price, np.inf)
        pieces = self._pieces(price)
        with np.errstate(invalid="ignore"):
            paid = np.where(pieces > 0, price * pieces + toll, 0.0)
        return pieces, self._earned(pieces) - paid

    def _pieces(self, price):
        """Return where the next piece earns its price, from 0 to the most."""
        slope, most = self.slope[:, :, None], self.most[:, None, None]
        if self.bend <= 0:
            return np.where((slope > price) & (slope > 0), most, 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.where(price > 0, slope / price, np.inf)
            amount = np.log(np.maximum(ratio, 1.0)) / self.bend
            wanted = np.minimum(amount * self.usual[:, None, None], most)
        return np.where(slope > 0, wanted, 0.0)

    def _earned(self, pieces):
        slope = self.slope[:, :, None]
        if self.bend <= 0:
            return slope * pieces
        usual = self.usual[:, None, None]
        return -slope * usual / self.bend * np.expm1(-self.bend * pieces / usual)


@dataclass(frozen=True, eq=False)
class Choice:
    """One creative, tier and amount a store, and what they earn; shape (stores,)."""

    creative: np.ndarray
    tier: np.ndarray
    pieces: np.ndarray
    profit: np.ndarray
