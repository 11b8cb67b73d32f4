"""The matrix of stores and creatives: fit it to past drops, ask it what to send."""

from dataclasses import dataclass

import numpy as np

from ..store_budget import Allocation, Offers, allocate
from .effects import Effects
from .forecast import Cells, expect
from .history import History, read
from .learning import fit_rates, fit_values, usual_drop
from .recommendations import Recommendations, assemble
from .risks import Evidence, gather
from .targets import read_costs, read_creatives, read_period, read_stores


@dataclass(frozen=True, eq=False)
class StoreModel:
    """What past drops tell; see :func:`fit`.

    Attributes
    ----------
    history : History
    rates : Effects or None
        Of responses a piece; None where no response is known.
    values : tuple of Effects and float, or None
        Of revenue a response over the mean, and that mean in money.
    evidence : Evidence
    """

    history: History
    rates: Effects | None
    values: tuple | None
    evidence: Evidence

    def expect(self, stores, creatives, period, *, lift=None) -> Cells:
        """Return rates, money and scores of all cells, (stores, creatives)."""
        return self._expect(
            read_stores(self.history, stores),
            read_creatives(self.history, creatives)[1],
            read_period(period),
            lift,
        )

    def _expect(self, stores, creatives, season, lift=None) -> Cells:
        if self.rates is None:
            raise ValueError("no drop has known responses: there is no rate to expect")
        usual = np.r_[usual_drop(self.history), np.nan][stores.store]
        usual = np.where(np.isnan(usual), self._first_drop(stores), usual)
        cells = expect(self.rates, self.values, stores, creatives, season, usual)
        return cells if lift is None else cells.lifted(lift)

    def offers(self, stores, creatives, period, costs, **options) -> Offers:
        """Return what :func:`marketing_engine.store_budget.allocate` shares out.

        Parameters as :meth:`recommend`, without the budget.
        """
        return self._offers(stores, creatives, period, costs, **options)[-1]

    def _offers(
        self,
        stores,
        creatives,
        period,
        costs,
        *,
        margin_rate=1.0,
        allowed=None,
        lift=None,
    ):
        asked = read_stores(self.history, stores)
        label, places = read_creatives(self.history, creatives)
        if not 0 < margin_rate <= 1:
            raise ValueError(f"margin_rate must be above 0, at most 1: {margin_rate!r}")
        cells = self._expect(asked, places, read_period(period), lift)
        price, least = read_costs(costs, label, asked.label.size)
        slope = cells.rate * cells.value * margin_rate
        if allowed is not None:
            allowed = np.broadcast_to(np.asarray(allowed, dtype=bool), slope.shape)
            slope = np.where(allowed, slope, 0.0)
        offers = Offers(slope, cells.usual, cells.bend, self._most(asked), price, least)
        return asked, label, places, cells, offers

    def recommend(
        self, stores, creatives, period, costs, budget=None, **options
    ) -> Recommendations:
        """Return for each store the creative and the pieces that earn most.

        Parameters
        ----------
        stores : array_like, shape (n,)
            Labels as in the history, or a structured array with ``store`` and any of
            ``market``, ``region``, ``store_type`` (needed for stores without history)
            and ``households``, NaN where unknown.
        creatives : array_like, shape (k,)
            Labels; one that is new to the history is expected to be like the others.
        period : float or pair of float
            A week, counted as in the history, or the first and last one.
        costs : float or array_like or mapping
            Price of a piece with its postage: one, one a creative, stores x creatives,
            or a creative's breaks ``[(least pieces of all stores, price), …]``.
        budget : float, optional
            Cost of all pieces at most; None or infinite for no limit.
        margin_rate : float, default 1
            The part of revenue that is margin.
        allowed : array_like of bool, shape (n, k), optional
            Which creative may go to which store; all by default.
        lift : array_like, shape (n, k), optional
            By what to multiply the rate of each cell, such as what planners prefer.

        Raises
        ------
        ValueError
            Saying what is wrong with which argument, and without known responses, or
            revenue of them.

        Notes
        -----
        Without households a store gets at most its largest drop so far; a new one the
        median store's of its market.
        """
        parts = self._offers(stores, creatives, period, costs, **options)
        asked, _label, places, cells, offers = parts
        if self.values is None and self.evidence.responses.sum() > 0:
            raise ValueError("no drop has both responses and revenue: worth unknown")
        plan: Allocation = allocate(offers, budget)
        margin_rate = options.get("margin_rate", 1.0)
        return assemble(self.evidence, asked, places, cells, offers, plan, margin_rate)

    def _most(self, stores):
        largest = self.evidence.largest[stores.store]
        first = np.where(stores.store >= 0, largest, self._first_drop(stores))
        return np.where(np.isnan(stores.households), first, stores.households)

    def _first_drop(self, stores):
        """Return a usual drop of the market, of all markets where it is new."""
        usual = usual_drop(self.history)
        market = self.history.of_store["market"]
        known = np.full(self.history.size("market") + 1, np.median(usual))
        for place in np.unique(
            stores.market[(stores.store < 0) & (stores.market >= 0)]
        ):
            known[place] = np.median(usual[market == place])
        return np.floor(known[stores.market])


def fit(history) -> StoreModel:
    """Learn what past drops tell of stores, creatives, places and months.

    Parameters
    ----------
    history : structured array, one row a drop
        Fields ``store``, ``creative``, ``market``, ``region``, ``store_type`` (labels,
        numbers or text), ``week`` (counted from any Monday, without gaps at new
        year), ``pieces``, ``responses``, ``revenue`` and ``cost`` (money of one
        currency). Unknown numbers are NaN; a drop without pieces teaches nothing.

    Returns
    -------
    StoreModel

    Raises
    ------
    ValueError
        Naming field and row: see :func:`.history.read`.

    Notes
    -----
    Responses are negative binomial with a log-linear mean: market (free), region,
    store type, store, creative, season, creative by market, region, type and season,
    store by creative, and what a month did to a market. All but the market are drawn
    towards 0 as far as their kind is alike (empirical Bayes). As markets are free,
    creatives are compared within markets: one that was mostly sent to good markets
    earns nothing by that. Money of a response likewise, by market, store, creative.
    """
    past = read(history)
    rates = fit_rates(past)
    return StoreModel(past, rates, fit_values(past), gather(past, rates))
