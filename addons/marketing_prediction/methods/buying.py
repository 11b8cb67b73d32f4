"""BG/NBD and Gamma-Gamma together: how often somebody buys, and for how much."""

from dataclasses import dataclass

from odoo.addons.marketing_engine import clv

from ..finding import NothingToLearn

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

    def interval(self, rows):
        """Return what encloses a year's spending of each customer."""
        return clv.value_interval(self.purchases, self.money, YEAR, **rows, level=LEVEL)
