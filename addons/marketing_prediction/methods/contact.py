"""Next best contact: when, how often, through what; all drawn towards everybody's."""

from datetime import timedelta

import numpy as np

from odoo.addons.marketing_engine import evaluation, shrinkage

from ..contact_query import (
    CHANNELS,
    HISTORY_DAYS,
    HOURS,
    TEST_DAYS,
    hash_of,
    read_contacts,
)
from ..finding import Finding, Metric, lacking, sample, tenths
from ..history_query import among_ids

MIN_CUSTOMERS, MIN_CLICKED = 200, 50
#: Weeks with a click that everybody's pace is worth.
WEEKS = 4
#: Clicks that are spread evenly over the day before anything is known of a company.
EVENLY = 24
#: Log-likelihood a click by which own hours must be better: less helps nobody.
HOUR_GAIN = 0.01


class Contact:
    model_field = "contact_model_id"
    date_field = "contact_scored_on"
    outputs = {
        "contact_hour": "int",
        "contact_hour_count": "int",
        "contact_frequency": "float8",
        "contact_frequency_count": "int",
        "contact_channel": "text",
        "contact_channel_count": "int",
        "complaint_risk": "float8",
    }
    watched = "contact_frequency"

    def read_training(self, env, company, until):
        return read_contacts(env, company, until, training=True)

    def read_scoring(self, env, company, until, first, last, parameters=None):
        return read_contacts(env, company, until, among_ids(first, last))

    def hash_of(self, data):
        return hash_of(data)

    def fit(self, data, until, settings):
        """Learn everybody's habits; judge by the clicks of the last month."""
        sent, clicks = data["sent"].sum(axis=1), data["clicks"].sum(axis=1)
        seen = (sent > 0) & (data["late_sent"] > 0)
        needed = lacking(
            written=(seen.sum(), MIN_CUSTOMERS),
            clicked=((seen & (clicks > 0)).sum(), MIN_CLICKED),
            clicked_late=((data["late_clicks"] > 0).sum(), MIN_CLICKED),
        )
        if needed:
            return Finding(customers=int(seen.sum()), needed=needed)
        rng = np.random.default_rng(settings["seed"])
        proof = _prove_rates(data, seen, rng)
        hours = _prove_hours(data, rng)
        proof["metrics"] += hours["metrics"]
        parameters = {**_learn(data), "hour_is_proved": hours["low"] > HOUR_GAIN}
        return Finding(
            customers=int(seen.sum()),
            parameters=parameters,
            trained_from=str(until - timedelta(days=HISTORY_DAYS)),
            tested_from=str(until - timedelta(days=TEST_DAYS)),
            tested_until=str(until - timedelta(days=1)),
            **proof,
        )

    def score(self, parameters, data, until, limits):
        size, clicks = data["partner_id"].size, data["hours"].sum(axis=1)
        best = _channel_rates(parameters, data).argmax(axis=1)
        return {
            "contact_hour": _best_hours(parameters, data),
            "contact_hour_count": clicks.astype(int),
            "contact_frequency": np.round(_pace(parameters, data), 1),
            "contact_frequency_count": data["weeks"].astype(int),
            "contact_channel": np.array(CHANNELS, dtype=object)[best],
            "contact_channel_count": data["sent"][np.arange(size), best].astype(int),
            "complaint_risk": _risks(parameters, data),
        }


def _best_hours(parameters, data):
    """Return each customer's hour, None where own hours were not proved."""
    hour = np.full(data["partner_id"].size, None, dtype=object)
    if parameters["hour_is_proved"]:
        shares, strength = np.array(parameters["hours"]), parameters["hour_strength"]
        prior = shrinkage.SharePrior(shares, strength)
        hour[:] = prior.posterior(data["hours"]).argmax(axis=1).tolist()
    return hour


def _risks(parameters, data):
    """Return the chance that a message meets an objection, None if none ever did."""
    risk = np.full(data["partner_id"].size, None, dtype=object)
    if parameters["objections"]:
        prior = shrinkage.RatePrior(*parameters["objections"])
        rates = prior.posterior(data["objections"], data["sent"].sum(axis=1))
        risk[:] = np.round(rates, 6).tolist()
    return risk


def _learn(data):
    """Return everybody's habits as plain values."""
    hours = shrinkage.fit_shares(data["hours"]) if data["hours"].sum() else None
    shares = data["hours"].sum(axis=0) + EVENLY / HOURS
    rates = []
    for place in range(len(CHANNELS)):
        sent, clicks = data["sent"][:, place], data["clicks"][:, place]
        known = sent > 0
        prior = shrinkage.fit_rate(clicks[known], sent[known]) if clicks.sum() else None
        rates.append([prior.shape, prior.exposure] if prior else None)
    written = data["sent"].sum(axis=1)
    objections = None
    if data["objections"].sum():
        prior = shrinkage.fit_rate(data["objections"], written)
        objections = [prior.shape, prior.exposure]
    return {
        "hours": (shares / shares.sum()).tolist(),
        "hour_strength": hours.strength if hours else 1.0,
        "channels": rates,
        "pace": float(data["in_weeks"].sum() / max(data["weeks"].sum(), 1)),
        "objections": objections,
    }


def _pace(parameters, data):
    """Return messages a week at which the customer clicked, drawn to everybody's."""
    return (data["in_weeks"] + WEEKS * parameters["pace"]) / (data["weeks"] + WEEKS)


def _channel_rates(parameters, data):
    """Return clicks a message of each channel; none where the customer had none."""
    rates = np.full(data["sent"].shape, -1.0)
    for place, prior in enumerate(parameters["channels"]):
        sent, clicks = data["sent"][:, place], data["clicks"][:, place]
        if prior:
            rate = shrinkage.RatePrior(*prior).posterior(clicks, sent)
        else:
            rate = np.zeros_like(sent)
        rates[:, place] = np.where(sent > 0, rate, -1.0)
    return rates


def _prove_rates(data, seen, rng):
    """Return how well the own rates of customers foretell their later clicks."""
    sent, clicks = data["sent"].sum(axis=1), data["clicks"].sum(axis=1)
    rate = shrinkage.fit_rate(clicks, sent)
    own = rate.posterior(clicks[seen], sent[seen])
    came, written = data["late_clicks"][seen], data["late_sent"][seen]
    mine, naive = (
        _likelihood(own, came, written),
        _likelihood(rate.mean, came, written),
    )
    return {
        "metrics": (Metric("loss_clicks", -float(mine.mean()), -float(naive.mean())),),
        "gain": float(mine.mean() - naive.mean()),
        "gain_low": _lead(mine, naive, rng),
        "curve": tenths(own, came / written),
    }


def _likelihood(rate, came, written):
    """Return the log-likelihood of each customer's clicks, less what all share."""
    return came * np.log(rate) - rate * written


def _lead(mine, naive, rng):
    part = sample(mine.size)
    return evaluation.bootstrap_gain(
        lambda forecast, _outcome: forecast.mean(),
        mine[part],
        naive[part],
        np.zeros(part.size),
        rng=rng,
    )


def _prove_hours(data, rng):
    """Return whether the own hours of customers foretell the later ones."""
    clicked = (data["late_hours"].sum(axis=1) > 0) & (data["hours"].sum(axis=1) > 0)
    if clicked.sum() < MIN_CLICKED:
        return {"low": 0.0, "metrics": ()}
    learned = _learn(data)
    prior = shrinkage.SharePrior(np.array(learned["hours"]), learned["hour_strength"])
    late = data["late_hours"][clicked]
    number = late.sum(axis=1)
    own = (late * np.log(prior.posterior(data["hours"][clicked]))).sum(axis=1) / number
    all_ = (late * np.log(prior.shares)).sum(axis=1) / number
    return {
        "low": _lead(own, all_, rng),
        "metrics": (Metric("loss_hours", -float(own.mean()), -float(all_.mean())),),
    }
