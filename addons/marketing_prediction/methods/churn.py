"""Churn: a calibrated logistic regression on the customer's own rhythm."""

import json
from datetime import timedelta

import numpy as np

from odoo.addons.marketing_engine import evaluation, survival

from ..finding import Finding, lacking, sample, spread_of, tenths
from ..history_query import among_ids
from ..rhythm_query import hash_of, read_first_day, read_rhythms
from . import calibrated

#: Silence that counts: the customer's own long gap, within these days.
SHORTEST, LONGEST = 30, 365
#: A quarter of all days at most: the past, the fit, the test, and a margin.
PART = 4
MIN_CUSTOMERS, MIN_CASES = 200, 50
DRIVERS = 3
FEATURES = (
    "recency",
    "overdue",
    "window",
    "purchases",
    "tenure",
    "value",
    "trend",
    "single",
    "clicks",
)


class Churn:
    model_field = "churn_model_id"
    date_field = "churn_scored_on"
    outputs = {
        "churn_probability": "float8",
        "churn_window": "int",
        "churn_drivers": "jsonb",
    }
    watched = "churn_probability"

    def read_training(self, env, company, until):
        """Return what was known at two days, and what came in the days after each."""
        began = read_first_day(env, company) or until
        longest = min(LONGEST, (until - began).days // PART)
        cuts = [until - timedelta(days=2 * longest), until - timedelta(days=longest)]
        data = read_rhythms(env, company, until, cuts)
        return {**data, "longest": longest, "began": began, "cuts": cuts}

    def read_scoring(self, env, company, until, first, last):
        customers = among_ids(first, last)
        return read_rhythms(env, company, until, [until], customers)

    def hash_of(self, data):
        return hash_of(data)

    def fit(self, data, until, settings):
        """Fit at the first cut, calibrate and judge at the second one."""
        longest = data["longest"]
        window = _window(data, data["usual_gap"], longest)
        gone = ~(data["next_in"] < window)  # never again is NaN
        groups = calibrated.split(data)
        needed = lacking(
            days=(longest * PART, SHORTEST * PART),
            customers=(groups["fit"].sum(), MIN_CUSTOMERS),
            lost=(min(gone[rows].sum() for rows in groups.values()), MIN_CASES),
            stayed=(min((~gone)[rows].sum() for rows in groups.values()), MIN_CASES),
        )
        if needed:
            return Finding(customers=int(groups["fit"].sum()), needed=needed)
        x, y = _features(data, window), gone.astype(float)
        parameters = calibrated.fit(x, y, groups, FEATURES)
        parameters["longest"] = longest
        # of everybody: a batch of scores does not see all customers
        parameters["usual_gap"] = float(data["usual_gap"][-1])
        test = groups["test"]
        chance = calibrated.chance(parameters, x[test], FEATURES)
        rank = calibrated.restore(parameters, FEATURES).predict(x[test])
        proof = calibrated.prove(
            chance, rank, y, groups, data["recency"], settings["seed"]
        )
        proof["metrics"] += tuple(
            calibrated.optional("auc_cox", _cox_auc, x, data, window, groups, y[test])
        )
        return Finding(
            customers=int(groups["fit"].sum()),
            parameters=parameters,
            spread=spread_of(chance),
            trained_from=str(data["began"]),
            tested_from=str(data["cuts"][1]),
            tested_until=str(until - timedelta(days=1)),
            curve=tenths(chance, y[test]),
            **proof,
        )

    def score(self, parameters, data, until, limits):
        window = _window(data, parameters["usual_gap"], parameters["longest"])
        x = _features(data, window)
        return {
            "churn_probability": np.round(
                calibrated.chance(parameters, x, FEATURES), 4
            ),
            "churn_window": np.rint(window).astype(int),
            "churn_drivers": _drivers(parameters, x, data, window),
        }


def _window(data, usual, longest):
    """Return the days of silence after which each customer counts as lost."""
    own = np.where(np.isnan(data["long_gap"]), usual, data["long_gap"])
    own = np.nan_to_num(own, nan=LONGEST)  # nobody has bought twice
    return np.clip(np.rint(own), SHORTEST, max(longest, SHORTEST))


def _own_gap(data, window):
    """Return the mean days between the customer's purchases, `window` for one."""
    gaps = data["purchases"] - 1
    known = (data["tenure"] - data["recency"]) / np.maximum(gaps, 1)
    return np.where(gaps > 0, np.maximum(known, 1), window)


def _features(data, window):
    mean = data["total"] / data["purchases"]
    columns = {
        "recency": np.log(data["recency"] + 1),
        "overdue": np.log((data["recency"] + 1) / _own_gap(data, window)),
        "window": np.log(window),
        "purchases": np.log(data["purchases"]),
        "tenure": np.log(data["tenure"] + 1),
        "value": np.log(mean),
        "trend": np.log((data["late"] + mean) / (data["earlier"] + mean)),
        "single": (data["purchases"] == 1).astype(float),
        "clicks": np.log1p(data["clicks"]),
    }
    return np.column_stack([columns[name] for name in FEATURES])


def _cox_auc(x, data, window, groups, label):
    """Return how well Cox's model of the time to the next purchase ranks the same."""
    fit = np.flatnonzero(groups["fit"])
    fit = fit[sample(fit.size)]
    came = data["next_in"][fit] < window[fit]
    waited = np.where(came, data["next_in"][fit], window[fit])
    model = survival.fit_cox(waited, came.astype(float), x[fit], penalizer=1e-4)
    test = groups["test"]
    return evaluation.auc(model.survival(x[test], window[test]), label)


def _drivers(parameters, x, data, window):
    """Return JSON of what moves each customer's chance away from the average most."""
    effects = calibrated.restore(parameters, FEATURES).contributions(x)
    leading = np.argsort(-np.abs(effects), axis=1, kind="stable")[:, :DRIVERS]
    facts = _facts(data, window)
    rows = []
    for row, places in enumerate(leading.tolist()):
        rows.append(
            json.dumps(
                [
                    [FEATURES[place], round(effects[row, place], 2), facts[place][row]]
                    for place in places
                ]
            )
        )
    return np.array(rows, dtype=object)


def _facts(data, window):
    """Return for each feature the figure that a reader understands."""
    mean = data["total"] / data["purchases"]
    facts = {
        "recency": data["recency"],
        "overdue": np.rint(100 * (data["recency"] + 1) / _own_gap(data, window)),
        "window": window,
        "purchases": data["purchases"],
        "tenure": data["tenure"],
        "value": np.round(mean, 2),
        "trend": np.round(data["late"] - data["earlier"], 2),
        "single": data["purchases"],
        "clicks": data["clicks"],
    }
    return [facts[name].tolist() for name in FEATURES]
