"""The rules of the eight patterns: who meets one, and with what score.

Each takes the columns, the parameters and, for each customer, the part of a threshold
that has to be reached; it returns who meets it and a score for everybody.
"""

import numpy as np
from scipy.special import betainc, betaincc, gammaincc

_WEEKEND = 2 / 7


def _high_spender(c, p, ease):
    buys = c["spend"] > 0
    if "spend_rank" in c:
        return buys & (c["spend_rank"] >= p.high_spender_rank * ease), c["spend_rank"]
    rank = np.zeros(buys.size)
    values, group, sizes = np.unique(
        c["spend"][buys], return_inverse=True, return_counts=True
    )
    below = (np.cumsum(sizes) - sizes)[group]
    rank[buys] = below / max(1, group.size - 1)
    return buys & (rank >= p.high_spender_rank * ease), rank


def _frequent(c, p, ease):
    weeks = p.window_days / 7
    needed = p.frequent_per_week * ease
    holds = (c["orders"] / weeks >= needed) & (
        c["active_weeks"] >= p.frequent_active_weeks
    )
    return holds, gammaincc(c["orders"] + 0.5, p.frequent_per_week * weeks)


def _weekend(c, p, ease):
    orders, weekend = c["orders"], c["weekend_orders"]
    certain = betaincc(1 + weekend, 1 + orders - weekend, _WEEKEND)
    holds = (weekend / orders >= p.weekend_share * ease) & (orders >= p.min_orders)
    return holds & (certain > p.weekend_certainty * ease), certain


def _category(c, p, ease):
    share, lines = c["top_category_share"], c["lines"]
    holds = (share >= p.category_share * ease) & (lines >= p.min_orders)
    chance = betaincc(1 + lines * share, 1 + lines * (1 - share), p.category_share)
    return holds & (p.categories_on_offer >= 2), chance


def _location(c, p, _ease):
    holds = (c["locations"] >= 1) & (c["locations"] <= p.max_locations)
    holds &= (c["orders"] >= p.min_orders) & (p.locations_on_offer >= 3)
    return holds, (c["orders"] + 1) / (c["orders"] + 2)


def _new(c, p, _ease):
    return c["days_since_first"] < p.new_days, np.ones_like(c["orders"])


def _inactive(c, p, ease):
    holds = c["days_since_last"] > p.inactive_days * ease
    return holds, 1 - c["p_alive"] if "p_alive" in c else np.ones_like(c["orders"])


def _seasonal(c, p, ease):
    orders, peak = c["year_orders"], c["peak_month_orders"]
    holds = (c["peak_to_mean"] >= p.seasonal_ratio * ease) & (orders >= p.min_orders)
    by_chance = 12 * betainc(np.maximum(peak, 1), orders - peak + 1, 1 / 12)
    return holds & (c["months_observed"] >= p.seasonal_months), 1 - by_chance


#: In the order of `patterns.PATTERNS`.
RULES = (
    _high_spender,
    _frequent,
    _weekend,
    _category,
    _location,
    _new,
    _inactive,
    _seasonal,
)
