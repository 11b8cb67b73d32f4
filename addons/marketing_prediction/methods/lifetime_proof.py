"""How good a forecast of purchases and money was on days that it had not seen."""

import numpy as np

from odoo.addons.marketing_engine import evaluation

from ..finding import Metric, sample, tenths


def run_rate(rows, days):
    """Return the naive guess: purchases and money if everybody goes on as so far."""
    rate = rows["frequency"] / rows["age"] * days
    return rate, rate * rows["mean_value"]


def prove(buying, past, came, days, seed):
    """Return what the models say of the days of the test, next to the run rate."""
    bought, spent = came
    count, (rate, naive) = buying.count(past, days), run_rate(past, days)
    forecast = count * buying.worth(past)
    part = sample(spent.size)
    error, naive_error = (
        evaluation.root_mean_squared_error(guess, bought) for guess in (count, rate)
    )
    low = evaluation.bootstrap_gain(
        lambda guess, outcome: -evaluation.root_mean_squared_error(guess, outcome),
        count[part],
        rate[part],
        bought[part],
        rng=np.random.default_rng(seed),
    )
    return {
        "metrics": (
            Metric("root_error_purchases", error, naive_error),
            *_pair("error_purchases", _absolute, count, rate, bought),
            *money_metrics(forecast, naive, spent),
        ),
        "gain": naive_error - error,
        "gain_low": low,
        "curve": tenths(forecast, spent),
    }


def money_metrics(forecast, naive, spent):
    """Return the figures of a forecast of money, next to another one."""
    return (
        *_pair("error_value", _absolute, forecast, naive, spent),
        *_pair("gini", evaluation.gini, forecast, naive, spent),
        *_pair("spearman", evaluation.spearman, forecast, naive, spent),
        *_pair("total", _total, forecast, naive, spent),
    )


_absolute = evaluation.mean_absolute_error


def _pair(name, measure, forecast, naive, outcome):
    model, baseline = measure(forecast, outcome), measure(naive, outcome)
    # without any spending there is nothing to rank
    return (
        [Metric(name, model, baseline)] if np.isfinite([model, baseline]).all() else []
    )


def _total(forecast, outcome):
    return float(forecast.sum() / outcome.sum()) if outcome.sum() else float("nan")
