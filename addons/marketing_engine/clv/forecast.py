"""What each customer will bring: one forecast of purchases and money together."""

import math
from dataclasses import dataclass

import numpy as np

from ..checks import finite_column
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
    histories = Histories.checked(frequency, recency, age)
    rows, _counts, row_of = histories.distinct()
    columns = (rows.frequency, rows.recency, rows.age)
    ends = np.arange(1, int(years) + 1)
    until = [purchases.expected_purchases(end * year, *columns) for end in ends]
    yearly = np.diff(until, axis=0, prepend=0.0)
    present = (1 + discount_rate) ** (0.5 - ends)
    worth = money.expected_value(histories.frequency + 1, mean_value) * margin_rate
    return ValueForecast(
        p_alive=purchases.p_alive(*columns)[row_of],
        purchases=until[0][row_of],
        active_time=purchases.expected_active_time(year, *columns)[row_of],
        year=(present[0] * yearly[0])[row_of] * worth,
        horizon=(present @ yearly)[row_of] * worth,
    )


def value_interval(
    purchases: BgNbdModel,
    money: GammaGammaModel,
    t,
    frequency,
    recency,
    age,
    mean_value,
    *,
    level=0.8,
    draws=100,
    rng,
) -> tuple[np.ndarray, np.ndarray]:
    """Return two columns that enclose what each customer will spend in the next ``t``.

    So often as ``level`` says: quantiles of simulated purchases and baskets of this
    very customer. Not of the mean of customers like this one, which is surer.

    Parameters
    ----------
    frequency, recency, age, mean_value : array_like, shape (n,)
        As :func:`forecast_value` takes them.
    """
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1: {level!r}")
    count = purchases.purchase_draws(
        t, frequency, recency, age, draws=draws, rng=rng
    ).astype(np.float64)
    p, q, v = money.params
    known = finite_column("frequency", np.atleast_1d(frequency)) + 1
    mean = finite_column("mean_value", np.atleast_1d(mean_value))
    scale = rng.gamma(p * known + q, size=count.shape) / (v + known * mean)
    spent = np.zeros_like(count)
    some = count > 0
    spent[some] = rng.gamma(p * count[some]) / scale[some]
    tail = (1 - level) / 2
    return tuple(np.quantile(spent, [tail, 1 - tail], axis=0))
