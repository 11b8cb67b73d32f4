"""What each customer will bring: one forecast of purchases and money together."""

import math
from dataclasses import dataclass

import numpy as np

from .bg_nbd import BgNbdModel
from .gamma_gamma import GammaGammaModel
from .histories import Histories


@dataclass(frozen=True, eq=False)
class ValueForecast:
    """Columns of shape (n,), one row a customer.

    Attributes
    ----------
    p_alive
        Probability of being active today.
    purchases, active_time
        Expected in the coming year; the time is in the unit of the histories.
    year, horizon
        Present value of the coming year, and of all years looked at.
    """

    p_alive: np.ndarray
    purchases: np.ndarray
    active_time: np.ndarray
    year: np.ndarray
    horizon: np.ndarray


def forecast_value(
    purchases: BgNbdModel,
    money: GammaGammaModel,
    frequency,
    recency,
    age,
    mean_value,
    *,
    year,
    years=5,
    discount_rate=0.0,
    margin_rate=1.0,
) -> ValueForecast:
    r"""Return the value of each customer's purchases to come.

    .. math:: m \sum_{k=1}^{K} \frac{E[Y(k)] - E[Y(k-1)]}{(1 + d)^{k - 1/2}}

    with m the expected value of one purchase times the margin: purchases count in the
    middle of their year.

    Parameters
    ----------
    frequency, recency, age : array_like, shape (n,)
        As :func:`fit_bg_nbd` takes them.
    mean_value : array_like, shape (n,)
        Mean value of *all* purchases, the first one included, as ``money`` was fitted
        on: ``frequency + 1`` of them. So the only purchase of a customer is known.
    year : float
        Its length in the unit of ``age``, such as 365 days.
    years : int, default 5
    discount_rate : float, default 0
        Interest of one year.
    margin_rate : float or array_like, shape (n,), default 1
        Contribution per unit of revenue.

    Raises
    ------
    ValueError
        For invalid columns, and when ``year`` or ``years`` is not positive, or
        ``discount_rate`` not greater than -1.
    """
    if not (years >= 1 and math.isfinite(year) and year > 0):
        raise ValueError("year and years must be greater than 0")
    if not discount_rate > -1:
        raise ValueError(f"discount_rate must be greater than -1: {discount_rate!r}")
    rows = Histories.checked(frequency, recency, age)
    alive = purchases.p_alive(frequency, recency, age)
    present = (1 + discount_rate) ** (0.5 - np.arange(1, int(years) + 1))

    def curves(x, age):
        ends = year * np.arange(1, present.size + 1)
        until = [purchases.purchases_if_alive(end, x, age) for end in ends]
        total = present @ np.diff(until, axis=0, prepend=0.0)
        return np.stack([until[0], total, purchases.active_time_if_alive(year, x, age)])

    count, total, time = alive * purchases.price(curves, rows)
    worth = money.expected_value(rows.frequency + 1, mean_value) * margin_rate
    return ValueForecast(
        p_alive=alive,
        purchases=count,
        active_time=time,
        year=present[0] * count * worth,
        horizon=total * worth,
    )
