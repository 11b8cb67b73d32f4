"""Churn: a calibrated logistic regression on the customer's own rhythm.

Of two kinds of silence: one that is longer than usual for the customer, and 30 days.
"""

from datetime import timedelta

import numpy as np

from odoo.addons.marketing_engine import evaluation, survival

from ..finding import Finding, lacking, sample, tenths
from ..history_query import among_ids
from ..rhythm_query import hash_of, read_first_day, read_rhythms
from . import calibrated
from .churn_figures import (
    FEATURES,
    LONGEST,
    SHORTEST,
    drivers,
    features,
    own_window,
)

#: A quarter of all days at most: the past, the fit, the test, and a margin.
PART = 4
MONTH = 30
MIN_CUSTOMERS, MIN_CASES = 200, 50


class Churn:
    """No purchase for longer than is usual for the customer."""

    model_field = "churn_model_id"
    date_field = "churn_scored_on"
    outputs = {
        "churn_probability": "float8",
        "churn_window": "int",
        "churn_drivers": "jsonb",
    }
    watched = "churn_probability"
    longest = LONGEST

    def read_training(self, env, company, until):
        """Return what was known at two days, and what came in the days after each."""
        began = read_first_day(env, company) or until
        longest = min(self.longest, (until - began).days // PART)
        cuts = [until - timedelta(days=2 * longest), until - timedelta(days=longest)]
        data = read_rhythms(env, company, until, cuts)
        return {**data, "longest": longest, "began": began, "cuts": cuts}

    def read_scoring(self, env, company, until, first, last, parameters=None):
        customers = among_ids(first, last)
        return read_rhythms(env, company, until, [until], customers)

    def hash_of(self, data):
        return hash_of(data)

    def fit(self, data, until, settings):
        """Fit at the first cut, calibrate and judge at the second one."""
        window, awaited = self._windows(data, data["usual_gap"], data["longest"])
        gone = ~(data["next_in"] < awaited)  # never again is NaN
        groups = calibrated.split(data)
        customers = int(groups["fit"].sum())
        if needed := _lacking(data, gone, groups):
            return Finding(customers=customers, needed=needed)
        x, y = features(data, window), gone.astype(float)
        parameters = {
            **calibrated.fit(x, y, groups, FEATURES),
            "longest": data["longest"],
            # of everybody: a batch of scores does not see all customers
            "usual_gap": float(data["usual_gap"][-1]),
        }
        test = groups["test"]
        chance = calibrated.chance(parameters, x[test], FEATURES)
        proof = _prove(parameters, chance, (x, y), data, awaited, groups, settings)
        return Finding(
            customers=customers,
            parameters=parameters,
            trained_from=str(data["began"]),
            tested_from=str(data["cuts"][1]),
            tested_until=str(until - timedelta(days=1)),
            curve=tenths(chance, y[test]),
            **proof,
        )

    def score(self, parameters, data, until, limits):
        window, awaited = self._windows(
            data, parameters["usual_gap"], parameters["longest"]
        )
        x = features(data, window)
        chance = np.round(calibrated.chance(parameters, x, FEATURES), 4)
        return self._name(chance, awaited, drivers(parameters, x, data, window))

    def _windows(self, data, usual, longest):
        """Return the own long gap, and the silence after which a customer is lost."""
        window = own_window(data, usual, longest)
        return window, window

    def _name(self, chance, awaited, reasons):
        return {
            "churn_probability": chance,
            "churn_window": np.rint(awaited).astype(int),
            "churn_drivers": reasons,
        }


class ChurnMonth(Churn):
    """No purchase within 30 days, whatever is usual for the customer."""

    model_field = "churn_month_model_id"
    date_field = "churn_month_scored_on"
    outputs = {"churn_month_probability": "float8", "churn_month_drivers": "jsonb"}
    watched = "churn_month_probability"
    longest = MONTH

    def _windows(self, data, usual, longest):
        window = own_window(data, usual)
        return window, np.full_like(window, MONTH)

    def _name(self, chance, awaited, reasons):
        return {"churn_month_probability": chance, "churn_month_drivers": reasons}


def _lacking(data, gone, groups):
    """Return what there is too little of, in the smallest of the groups."""
    return lacking(
        days=(data["longest"] * PART, SHORTEST * PART),
        customers=(groups["fit"].sum(), MIN_CUSTOMERS),
        lost=(min(gone[rows].sum() for rows in groups.values()), MIN_CASES),
        stayed=(min((~gone)[rows].sum() for rows in groups.values()), MIN_CASES),
    )


def _prove(parameters, chance, table, data, awaited, groups, settings):
    """Return the figures of the test, Cox's model next to them."""
    x, y = table
    test = groups["test"]
    rank = calibrated.restore(parameters, FEATURES).predict(x[test])
    proof = calibrated.prove(chance, rank, y, groups, data["recency"], settings["seed"])
    proof["metrics"] += tuple(
        calibrated.optional("auc_cox", _cox_auc, x, data, awaited, groups, y[test])
    )
    return proof


def _cox_auc(x, data, awaited, groups, label):
    """Return how well Cox's model of the time to the next purchase ranks the same."""
    fit = np.flatnonzero(groups["fit"])
    fit = fit[sample(fit.size)]
    came = data["next_in"][fit] < awaited[fit]
    waited = np.where(came, data["next_in"][fit], awaited[fit])
    model = survival.fit_cox(waited, came.astype(float), x[fit], penalizer=1e-4)
    test = groups["test"]
    return evaluation.auc(model.survival(x[test], awaited[test]), label)
