"""From purchases and their value to money: the lifetime value over a horizon."""

import math

import numpy as np

from .bg_nbd import BgNbdModel
from .gamma_gamma import GammaGammaModel


def discounted_value(
    purchases: BgNbdModel,
    money: GammaGammaModel,
    frequency,
    recency,
    age,
    mean_value,
    *,
    period,
    periods=12,
    discount_rate=0.0,
    margin_rate=1.0,
) -> np.ndarray:
    """Return what each customer is expected to bring over the next ``periods``.

    Parameters
    ----------
    frequency, recency, age : array_like, shape (n,)
        As :func:`fit_bg_nbd` takes them.
    mean_value : array_like, shape (n,)
        Mean value of the repeat purchases; ignored where ``frequency`` is 0.
    period : float
        Length of one period in the unit of ``age``, such as 30.4375 days.
    discount_rate : float, default 0
        A period's interest; purchases count at the end of their period.
    margin_rate : float or array_like, shape (n,), default 1
        Contribution per unit of revenue: value in margin, not in revenue.

    Raises
    ------
    ValueError
        If ``periods`` is not positive, ``period`` not finite and positive, or
        ``discount_rate`` not greater than -1.
    """
    if periods < 1 or not (math.isfinite(period) and period > 0):
        raise ValueError("periods and period must be greater than 0")
    if not discount_rate > -1:
        raise ValueError(f"discount_rate must be greater than -1: {discount_rate!r}")
    cuts = range(1, int(periods) + 1) if discount_rate else [int(periods)]
    before, present = 0.0, 0.0
    for cut in cuts:
        until = purchases.expected_purchases(cut * period, frequency, recency, age)
        present = present + (until - before) / (1 + discount_rate) ** cut
        before = until
    if not discount_rate:
        present = before
    return present * money.expected_value(frequency, mean_value) * margin_rate
