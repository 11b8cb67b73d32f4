"""Lifetime value: purchases by BG/NBD, money by Gamma-Gamma, or corrected by trees."""

import numpy as np

from ..finding import Finding, NothingToLearn, lacking
from ..history_query import EPOCH, hash_of, read_scoring, read_training
from . import challenge
from .buying import YEAR, Buying
from .lifetime_proof import prove

TEST_DAYS = 90
#: Fewer customers, repeat buyers or buyers in the days of the test prove nothing.
MIN_CUSTOMERS, MIN_REPEATED, MIN_CAME_BACK = 200, 50, 30
#: Share of customers at or above the beginning of whale, high and medium.
SHARES = {"whale": 0.01, "high": 0.10, "medium": 0.70}
SEGMENTS = ("low", "medium", "high", "whale")


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
        data = read_training(env, company, until, TEST_DAYS)
        return {**data, "told": challenge.read_training(env, company, until, data)}

    def read_scoring(self, env, company, until, first, last, parameters=None):
        data = read_scoring(env, company, until, first, last)
        if not (parameters or {}).get("trees"):
            return data
        told = challenge.read_scoring(env, company, until, first, last)
        return {**data, "told": told}

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
        cut, today = int(data["cut"][0]), data["today"]
        past = _past(data, before, cut)
        then, seed = Buying.fit(past), settings["seed"]
        proof = prove(then, past, _came(data, before), today - cut, seed)
        contest = challenge.challenge(data, then, seed)
        _take_over(proof, contest)
        buying = Buying.fit(_histories(data, today))
        parameters = {**buying.to_plain(), **settings, "trees_days": contest.days}
        trees = contest.trees and contest.trees.to_plain()
        value = _year_value(buying, {**parameters, "trees": trees}, data)
        parameters["cuts"] = _cuts(value)
        return Finding(
            customers=data["partner_id"].size,
            parameters=parameters,
            trees=trees,
            challenge=contest.to_plain(),
            trained_from=str(EPOCH + int(data["began"].min())),
            tested_from=str(EPOCH + cut),
            tested_until=str(EPOCH + today - 1),
            **proof,
        )

    def score(self, parameters, data, until, limits):
        """Return {column: values} of the customers of `data`.

        :param limits: absolute beginnings of segments, instead of the model's own
        """
        rows = _histories(data, int((np.datetime64(until) - EPOCH).astype(int)))
        buying, margin = Buying.restore(parameters), _margin(data, parameters)
        found = buying.forecast(rows, parameters["discount_rate"], margin)
        factor = challenge.correction(
            parameters, data.get("told"), buying, data["partner_id"]
        )
        low, high = buying.interval(rows)
        present = factor * margin * (1 + parameters["discount_rate"]) ** -0.5
        cuts = {**parameters["cuts"], **limits}
        value = np.round(found.year * factor, 2)
        return {
            "clv_12m": value,
            "clv_remaining": np.round(found.horizon * factor, 2),
            "clv_low": np.round(low * present, 2),
            "clv_high": np.round(high * present, 2),
            "expected_purchases": np.round(found.purchases, 3),
            "p_alive": np.round(found.p_alive, 4),
            "expected_active_days": np.rint(found.active_time).astype(int),
            "value_segment": _segments(value, cuts),
            "is_at_risk": (found.p_alive < 0.5) & (value > cuts["median"]),
        }


def _histories(data, today):
    return {
        "frequency": data["frequency"],
        "recency": data["recency"],
        "age": today - data["began"],
        "mean_value": data["total"] / (data["frequency"] + 1),
    }


def _past(data, before, cut):
    """Return the histories as they were before the days of the test."""
    count = data["past_count"][before]
    return {
        "frequency": count - 1,
        "recency": data["past_recency"][before],
        "age": (cut - data["began"])[before],
        "mean_value": data["past_total"][before] / count,
    }


def _came(data, before):
    """Return purchases and money of the days of the test."""
    bought = (data["frequency"] + 1 - data["past_count"])[before]
    return bought, np.maximum(data["total"] - data["past_total"], 0.0)[before]


def _take_over(proof, contest):
    """Let the card show the figures of the forecast of money that will be used."""
    if contest.outcome == "won":
        of_money = {item.name: item for item in contest.proof["metrics"]}
        proof["metrics"] = tuple(
            of_money.get(item.name, item) for item in proof["metrics"]
        )
        proof["curve"] = contest.proof["curve"]


def _margin(data, settings):
    """Return each customer's margin rate, everybody's where its own is not known."""
    own, overall = data["margin_rate"], settings["margin_rate"]
    known = np.where(np.isnan(own), overall if overall is not None else 1.0, own)
    return np.clip(known, 0.0, 1.0)


def _year_value(buying, parameters, data):
    """Return the value of the next year: of all, or of those whom the trees know."""
    spending = buying.spending(_histories(data, data["today"]), YEAR)
    margin = _margin(data, parameters)
    value = spending * margin / (1 + parameters["discount_rate"]) ** 0.5
    if not parameters["trees"]:
        return value
    told, ids = challenge.as_of_today(data["told"]), data["partner_id"]
    factor = challenge.correction(parameters, told, buying, ids)
    return (value * factor)[np.isin(ids, told["partner_id"])]


def _cuts(value):
    cuts = {name: np.quantile(value, 1 - share) for name, share in SHARES.items()}
    cuts["median"] = np.median(value)
    return {name: round(float(cut), 2) for name, cut in cuts.items()}


def _segments(value, cuts):
    begins = np.array([cuts["medium"], cuts["high"], cuts["whale"]])
    place = (value[:, None] >= begins).cumprod(axis=1).sum(axis=1)
    return np.array(SEGMENTS, dtype=object)[place]
