"""Between the rows of `customer.behaviour` and the arrays of the engine."""

from typing import NamedTuple

import numpy as np

from odoo.addons.marketing_engine.patterns import PATTERNS

#: Column of the engine -> column of `customer.behaviour`.
SOURCES = {
    "orders": "order_count",
    "spend": "spend",
    "spend_rank": "spend_rank",
    "active_weeks": "active_weeks",
    "weekend_orders": "weekend_count",
    "lines": "line_count",
    "top_category_share": "top_category_share",
    "locations": "place_count",
    "days_since_first": "days_since_first",
    "days_since_last": "days_since_last",
    "months_observed": "months_observed",
    "year_orders": "year_order_count",
    "peak_month_orders": "peak_month_order_count",
    "peak_to_mean": "peak_to_mean",
}
#: Their figure is a number of days, which changes each night without any news.
DAYS = tuple(PATTERNS.index(name) for name in ("NEW_SHOPPER", "INACTIVE"))
DECIMALS, SCORE_DECIMALS = 4, 3


class Evidence(NamedTuple):
    """What each pattern was judged by; columns as in the engine's `PATTERNS`.

    `figure` was compared with `threshold` (one for all) and rests on `support`.
    """

    figure: np.ndarray
    threshold: np.ndarray
    support: np.ndarray


def read_columns(rows, names):
    """Return {name: float array} of the rows of a query; NULL becomes NaN."""
    table = np.array(rows, dtype=np.float64).reshape(len(rows), len(names))
    return dict(zip(names, table.T, strict=True))


def read_labels(partner_ids, rows):
    """Return the labels of (partner id, pattern) rows; `partner_ids` ascend."""
    labels = np.zeros((partner_ids.size, len(PATTERNS)), dtype=bool)
    if rows:
        owners, names = zip(*rows, strict=True)
        columns = [PATTERNS.index(name) for name in names]
        labels[np.searchsorted(partner_ids, owners), columns] = True
    return labels


def collect_evidence(columns, params):
    """Return the evidence of all customers, in the terms that people are told."""
    orders, unknown = columns["orders"], np.full(columns["orders"].size, np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        figure = (
            columns["spend_rank"],
            orders * 7 / params.window_days,
            columns["weekend_orders"] / orders,
            columns["top_category_share"],
            columns["locations"],
            columns["days_since_first"],
            columns["days_since_last"],
            columns["peak_to_mean"],
        )
    support = (columns["spend"], orders, orders, columns["lines"], orders)
    support += (unknown, unknown, columns["year_orders"])
    threshold = (params.high_spender_rank, params.frequent_per_week)
    threshold += (params.weekend_share, params.category_share, params.max_locations)
    threshold += (params.new_days, params.inactive_days, params.seasonal_ratio)
    return Evidence(
        np.round(np.column_stack(figure), DECIMALS),
        np.array(threshold),
        np.column_stack(support),
    )


def to_literal(values):
    """Return a PostgreSQL array as text; NaN becomes NULL.

    One literal: of an ARRAY of 100,000 numbers PostgreSQL makes as many expressions.
    """
    shown = ("NULL" if value != value else str(value) for value in values)
    return f"{{{','.join(shown)}}}"
