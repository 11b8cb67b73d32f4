"""Engagement: the calibrated chance of a human click within 30 days."""

from datetime import timedelta

import numpy as np

from ..finding import Finding, lacking, tenths
from ..history_query import among_ids
from ..message_query import HISTORY_DAYS, OUTCOME_DAYS, hash_of, read_answers
from . import calibrated

MIN_CUSTOMERS, MIN_CASES = 200, 50
FEATURES = ("clicks", "exposure", "click_days", "orders", "order_days", "never")


class Engagement:
    model_field = "engagement_model_id"
    date_field = "engagement_scored_on"
    outputs = {
        "engagement_score": "float8",
        "engagement_written": "int",
        "engagement_clicks": "int",
    }
    watched = "engagement_score"

    def read_training(self, env, company, until):
        cuts = [until - timedelta(days=days * OUTCOME_DAYS) for days in (2, 1)]
        data = read_answers(env, company, until, cuts)
        return {**data, "cuts": cuts}

    def read_scoring(self, env, company, until, first, last, parameters=None):
        return read_answers(env, company, until, [until], among_ids(first, last))

    def hash_of(self, data):
        return hash_of(data)

    def fit(self, data, until, settings):
        """Fit on the month before last, calibrate and judge on the last one."""
        groups, clicked = calibrated.split(data), data["clicked"] == 1
        needed = lacking(
            written=(groups["fit"].sum(), MIN_CUSTOMERS),
            clicked=(min(clicked[rows].sum() for rows in groups.values()), MIN_CASES),
            silent=(min((~clicked)[rows].sum() for rows in groups.values()), MIN_CASES),
        )
        if needed:
            return Finding(customers=int(groups["fit"].sum()), needed=needed)
        x, y = _features(data), clicked.astype(float)
        parameters = calibrated.fit(x, y, groups, FEATURES)
        test = groups["test"]
        chance = calibrated.chance(parameters, x[test], FEATURES)
        return Finding(
            customers=int(groups["fit"].sum()),
            parameters=parameters,
            trained_from=str(until - timedelta(days=HISTORY_DAYS)),
            tested_from=str(data["cuts"][1]),
            tested_until=str(until - timedelta(days=1)),
            curve=tenths(chance, y[test]),
            **calibrated.prove(
                chance,
                calibrated.restore(parameters, FEATURES).predict(x[test]),
                y,
                groups,
                data["click_days"],
                settings["seed"],
            ),
        )

    def score(self, parameters, data, until, limits):
        chance = calibrated.chance(parameters, _features(data), FEATURES)
        return {
            "engagement_score": np.round(100 * chance, 1),
            "engagement_written": data["written"].astype(int),
            "engagement_clicks": data["click_count"].astype(int),
        }


def _features(data):
    columns = {
        "clicks": np.log1p(data["clicks"]),
        "exposure": np.log1p(data["exposure"]),
        "click_days": np.log(data["click_days"] + 1),
        "orders": np.log1p(data["orders"]),
        "order_days": np.log(data["order_days"] + 1),
        "never": (data["click_count"] == 0).astype(float),
    }
    return np.column_stack([columns[name] for name in FEATURES])
