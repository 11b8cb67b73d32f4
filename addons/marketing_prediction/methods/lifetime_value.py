"""Lifetime value: purchases by BG/NBD, money by Gamma-Gamma."""

import numpy as np

from odoo.addons.marketing_engine import clv, evaluation

from ..finding import (
    Finding,
    Metric,
    NothingToLearn,
    lacking,
    sample,
    spread_of,
    tenths,
)
from ..history_query import BLOCK, EPOCH, hash_of, read_scoring, read_training

YEAR = 365
YEARS = 5
TEST_DAYS = 90
#: Fewer customers, repeat buyers or buyers in the days of the test prove nothing.
MIN_CUSTOMERS, MIN_REPEATED, MIN_CAME_BACK = 200, 50, 30
#: Share of customers at or above the beginning of whale, high and medium.
SHARES = {"whale": 0.01, "high": 0.10, "medium": 0.70}
SEGMENTS = ("low", "medium", "high", "whale")
LEVEL = 0.8


class LifetimeValue:
    model_field = "clv_model_id"
    date_field = "clv_scored_on"
    #: Column of the profile -> type in PostgreSQL.
    outputs = {
        "clv_12m": "numeric",
        "clv_remaining": "numeric",
        "clv_low": "numeric",
        "clv_high": "numeric",
        "expected_purchases": "float8",
        "p_alive": "float8",
        "expected_active_days": "int",
        "value_segment": "text",
        "is_at_risk": "bool",
    }
    watched = "clv_12m"

    def read_training(self, env, company, until):
        return read_training(env, company, until, TEST_DAYS)

    def read_scoring(self, env, company, until, first, last):
        return read_scoring(env, company, until, first, last)

    def hash_of(self, data):
        return hash_of(data)

    def fit(self, data, until, settings):
        """Return the finding: parameters of everything, proved on the last days."""
        before = data["past_count"] > 0
        came_back = before & (data["frequency"] + 1 > data["past_count"])
        needed = lacking(
            customers=(before.sum(), MIN_CUSTOMERS),
            repeated=((data["past_count"] > 1).sum(), MIN_REPEATED),
            came_back=(came_back.sum(), MIN_CAME_BACK),
        )
        if needed:
            return Finding(customers=data["partner_id"].size, needed=needed)
        today = int((np.datetime64(until) - EPOCH).astype(int))
        try:
            return self._fit({**data, "today": today}, before, settings)
        except NothingToLearn:
            return Finding(
                customers=data["partner_id"].size, needed=lacking(different=(0, 1))
            )

    def _fit(self, data, before, settings):
        cut = int(data["cut"][0])
        past = {
            "frequency": data["past_count"][before] - 1,
            "recency": data["past_recency"][before],
            "age": (cut - data["began"])[before],
            "mean_value": (data["past_total"] / np.maximum(data["past_count"], 1))[
                before
            ],
        }
        proof = _prove(past, _came(data, before), data["today"] - cut, settings["seed"])
        rows = _histories(data, data["today"])
        purchases, money = _fit_both(rows)
        parameters = {
            "purchases": purchases.params._asdict(),
            "money": money.params._asdict(),
            **settings,
        }
        margin = _margin(data, settings)
        value = _year_value(purchases, money, rows, margin, settings["discount_rate"])
        parameters["cuts"] = _cuts(value)
        return Finding(
            customers=value.size,
            parameters=parameters,
            spread=spread_of(value),
            trained_from=str(EPOCH + int(data["began"].min())),
            tested_from=str(EPOCH + cut),
            tested_until=str(EPOCH + data["today"] - 1),
            **proof,
        )

    def score(self, parameters, data, until, limits):
        """Return {column: values} of the customers of `data`.

        :param limits: absolute beginnings of segments, instead of the model's own
        """
        today = int((np.datetime64(until) - EPOCH).astype(int))
        rows = _histories(data, today)
        purchases = clv.BgNbdModel(clv.BgNbdParams(**parameters["purchases"]), 0.0, 0)
        money = clv.GammaGammaModel(clv.GammaGammaParams(**parameters["money"]), 0.0, 0)
        margin = _margin(data, parameters)
        found = clv.forecast_value(
            purchases,
            money,
            **rows,
            year=YEAR,
            years=YEARS,
            discount_rate=parameters["discount_rate"],
            margin_rate=margin,
        )
        low, high = _intervals(
            purchases, money, rows, data["partner_id"], parameters["seed"]
        )
        factor = margin * (1 + parameters["discount_rate"]) ** -0.5
        cuts = {**parameters["cuts"], **limits}
        begins = [cuts["medium"], cuts["high"], cuts["whale"]]
        value = np.round(found.year, 2)
        place = (value[:, None] >= np.array(begins)).cumprod(axis=1).sum(axis=1)
        return {
            "clv_12m": value,
            "clv_remaining": np.round(found.horizon, 2),
            "clv_low": np.round(low * factor, 2),
            "clv_high": np.round(high * factor, 2),
            "expected_purchases": np.round(found.purchases, 3),
            "p_alive": np.round(found.p_alive, 4),
            "expected_active_days": np.rint(found.active_time).astype(int),
            "value_segment": np.array(SEGMENTS, dtype=object)[place],
            "is_at_risk": (found.p_alive < 0.5) & (value > cuts["median"]),
        }


def _histories(data, today):
    return {
        "frequency": data["frequency"],
        "recency": data["recency"],
        "age": today - data["began"],
        "mean_value": data["total"] / (data["frequency"] + 1),
    }


def _came(data, before):
    """Return purchases and money of the days of the test."""
    bought = (data["frequency"] + 1 - data["past_count"])[before]
    return bought, np.maximum(data["total"] - data["past_total"], 0.0)[before]


def _fit_both(rows):
    try:
        purchases = clv.fit_bg_nbd(rows["frequency"], rows["recency"], rows["age"])
        money = clv.fit_gamma_gamma(rows["frequency"] + 1, rows["mean_value"])
    except ValueError as error:
        raise NothingToLearn from error
    return purchases, money


def _prove(past, came, days, seed):
    """Return what the model says of days it has not seen, next to the run rate."""
    bought, spent = came
    purchases, money = _fit_both(past)
    found = clv.forecast_value(purchases, money, **past, year=days, years=1)
    rate = past["frequency"] / past["age"] * days
    run_rate = rate * past["mean_value"]
    part = sample(spent.size)
    rng = np.random.default_rng(seed)

    def closeness(forecast, outcome):
        return -evaluation.mean_absolute_error(forecast, outcome)

    error, naive = (
        evaluation.mean_absolute_error(forecast, bought)
        for forecast in (found.purchases, rate)
    )
    return {
        "metrics": (
            Metric("error_purchases", error, naive),
            Metric(
                "error_value",
                evaluation.mean_absolute_error(found.year, spent),
                evaluation.mean_absolute_error(run_rate, spent),
            ),
            *_pair("gini", evaluation.gini, found.year, run_rate, spent),
            *_pair("spearman", evaluation.spearman, found.year, run_rate, spent),
            *_pair("total", _total, found.year, run_rate, spent),
        ),
        "gain": naive - error,
        "gain_low": evaluation.bootstrap_gain(
            closeness, found.purchases[part], rate[part], bought[part], rng=rng
        ),
        "curve": tenths(found.year, spent),
    }


def _pair(name, measure, forecast, naive, outcome):
    model, baseline = measure(forecast, outcome), measure(naive, outcome)
    # without any spending there is nothing to rank
    return (
        [Metric(name, model, baseline)] if np.isfinite([model, baseline]).all() else []
    )


def _total(forecast, outcome):
    return float(forecast.sum() / outcome.sum()) if outcome.sum() else float("nan")


def _margin(data, settings):
    """Return each customer's margin rate, everybody's where its own is not known."""
    own, overall = data["margin_rate"], settings["margin_rate"]
    known = np.where(np.isnan(own), overall if overall is not None else 1.0, own)
    return np.clip(known, 0.0, 1.0)


def _year_value(purchases, money, rows, margin, discount_rate):
    histories = (rows["frequency"], rows["recency"], rows["age"])
    bought = purchases.expected_purchases(YEAR, *histories)
    worth = money.expected_value(rows["frequency"] + 1, rows["mean_value"])
    return bought * worth * margin / (1 + discount_rate) ** 0.5


def _cuts(value):
    cuts = {name: np.quantile(value, 1 - share) for name, share in SHARES.items()}
    cuts["median"] = np.median(value)
    return {name: round(float(cut), 2) for name, cut in cuts.items()}


def _intervals(purchases, money, rows, partner_ids, seed):
    """Return what encloses a year's spending; the same however batches are cut."""
    low, high = np.zeros(partner_ids.size), np.zeros(partner_ids.size)
    blocks = partner_ids // BLOCK
    for block in np.unique(blocks):
        part = slice(*np.searchsorted(blocks, [block, block + 1]))
        low[part], high[part] = clv.value_interval(
            purchases,
            money,
            YEAR,
            **{name: column[part] for name, column in rows.items()},
            level=LEVEL,
            rng=np.random.default_rng([seed, int(block)]),
        )
    return low, high
