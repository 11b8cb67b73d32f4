"""BG/NBD and Gamma-Gamma together: how often somebody buys, and for how much."""

from dataclasses import dataclass

import numpy as np

from odoo.addons.marketing_engine import clv

from ..finding import NothingToLearn
from ..history_query import BLOCK

YEAR = 365
YEARS = 5
LEVEL = 0.8


@dataclass(frozen=True)
class Buying:
    """Both models of one shop, fitted on the same histories.

    ``rows`` are histories as the engine takes them: frequency, recency, age, and the
    mean value of all purchases.
    """

    purchases: clv.BgNbdModel
    money: clv.GammaGammaModel

    @classmethod
    def fit(cls, rows):
        try:
            purchases = clv.fit_bg_nbd(rows["frequency"], rows["recency"], rows["age"])
            money = clv.fit_gamma_gamma(rows["frequency"] + 1, rows["mean_value"])
        except ValueError as error:
            raise NothingToLearn from error
        return cls(purchases, money)

    @classmethod
    def restore(cls, parameters):
        purchases = clv.BgNbdParams(**parameters["purchases"])
        money = clv.GammaGammaParams(**parameters["money"])
        return cls(
            clv.BgNbdModel(purchases, 0.0, 0), clv.GammaGammaModel(money, 0.0, 0)
        )

    def to_plain(self):
        return {
            "purchases": self.purchases.params._asdict(),
            "money": self.money.params._asdict(),
        }

    def count(self, rows, days):
        """Return the purchases to expect of each customer in the next ``days``."""
        return self.purchases.expected_purchases(
            days, rows["frequency"], rows["recency"], rows["age"]
        )

    def worth(self, rows):
        """Return the money to expect of a purchase of each customer."""
        return self.money.expected_value(rows["frequency"] + 1, rows["mean_value"])

    def spending(self, rows, days):
        """Return the money to expect in the next ``days``, at its value then."""
        return self.count(rows, days) * self.worth(rows)

    def forecast(self, rows, discount_rate, margin):
        """Return purchases and value of the coming years, in margin of today."""
        return clv.forecast_value(
            self.purchases,
            self.money,
            **rows,
            year=YEAR,
            years=YEARS,
            discount_rate=discount_rate,
            margin_rate=margin,
        )

    def intervals(self, rows, partner_ids, seed):
        """Return what encloses a year's spending; the same however batches are cut."""
        low, high = np.zeros(partner_ids.size), np.zeros(partner_ids.size)
        blocks = partner_ids // BLOCK
        for block in np.unique(blocks):
            part = slice(*np.searchsorted(blocks, [block, block + 1]))
            low[part], high[part] = clv.value_interval(
                self.purchases,
                self.money,
                YEAR,
                **{name: column[part] for name, column in rows.items()},
                level=LEVEL,
                rng=np.random.default_rng([seed, int(block)]),
            )
        return low, high
