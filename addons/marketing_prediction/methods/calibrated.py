"""What the probabilities have in common: logistic regression, calibration, proof.

Fitted on what was known at one day, calibrated on half of the customers of a later day,
judged on the other half.
"""

import numpy as np

from odoo.addons.marketing_engine import churn, evaluation

from ..finding import Metric, sample

# No forecast is surer than what a few hundred customers can show.
SUREST = 0.005


def split(data):
    """Return the rows to fit on, to calibrate with and to judge by."""
    first = data["number"] == 1
    # halves that do not depend on who else is there
    half = (data["partner_id"] * 2654435761 >> 16) % 2 == 0
    return {"fit": first, "calibrate": ~first & half, "test": ~first & ~half}


def fit(x, y, groups, features):
    """Return the parameters as plain values."""
    model = churn.fit_logistic(x[groups["fit"]], y[groups["fit"]])
    curve = evaluation.fit_isotonic(
        model.predict(x[groups["calibrate"]]), y[groups["calibrate"]], centred=True
    )
    return {
        "intercept": model.intercept,
        "coefficients": dict(zip(features, model.coefficients.tolist(), strict=True)),
        "means": dict(zip(features, model.means.tolist(), strict=True)),
        "knots": curve.knots.tolist(),
        "values": curve.values.tolist(),
    }


def restore(parameters, features):
    """Return the regression of stored parameters."""
    return churn.ChurnModel(
        intercept=parameters["intercept"],
        coefficients=np.array([parameters["coefficients"][name] for name in features]),
        means=np.array([parameters["means"][name] for name in features]),
        scales=np.ones(len(features)),
        log_likelihood=0.0,
    )


def chance(parameters, x, features):
    """Return the calibrated probabilities of the rows of `x`."""
    curve = evaluation.Isotonic(
        np.array(parameters["knots"]), np.array(parameters["values"])
    )
    raw = restore(parameters, features).predict(x)
    return np.clip(curve(raw), SUREST, 1 - SUREST)


def prove(forecast, rank, y, groups, silence, seed):
    """Return figures of the days after, next to the days of silence alone.

    :param forecast: chances of the rows to judge by
    :param rank: the same before calibration, which ties the surest ones
    :param silence: days since the last sign of life, of all rows
    """
    fitted, test = groups["fit"], groups["test"]
    column, label = np.log(silence + 1)[:, None], y[test]
    alone = churn.fit_logistic(column[fitted], y[fitted]).predict(column[test])
    share = np.full(label.size, y[fitted].mean())
    auc, naive = evaluation.auc(rank, label), evaluation.auc(alone, label)
    part = sample(label.size)
    rng = np.random.default_rng(seed)
    return {
        "gain": auc - naive,
        "gain_low": evaluation.bootstrap_gain(
            _auc_of_sample, rank[part], alone[part], label[part], rng=rng
        ),
        "metrics": (
            Metric("auc", auc, naive),
            Metric(
                "brier",
                evaluation.brier(forecast, label),
                evaluation.brier(share, label),
            ),
            Metric("calibration_error", evaluation.reliability(forecast, label).error),
            Metric("total", _total(forecast, label), _total(share, label)),
            *optional(
                "calibration_slope", evaluation.calibration_slope, forecast, label
            ),
        ),
    }


def _auc_of_sample(score, label):
    # a resample may miss one of the two
    return evaluation.auc(score, label) if 0 < label.sum() < label.size else 0.5


def _total(forecast, label):
    return float(forecast.sum() / label.sum())


def optional(name, measure, *arguments):
    """Return a figure for comparison, unless the data have none."""
    try:
        return [Metric(name, measure(*arguments))]
    except ValueError:
        return []
