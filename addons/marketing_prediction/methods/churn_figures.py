"""What is known of a customer's rhythm, as figures for the model and for people."""

import json

import numpy as np

from . import calibrated

#: Silence that counts: the customer's own long gap, within these days.
SHORTEST, LONGEST = 30, 365
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


def own_window(data, usual, longest=LONGEST):
    """Return the days of silence that are unusually long for each customer."""
    own = np.where(np.isnan(data["long_gap"]), usual, data["long_gap"])
    own = np.nan_to_num(own, nan=LONGEST)  # nobody has bought twice
    return np.clip(np.rint(own), SHORTEST, max(longest, SHORTEST))


def _own_gap(data, window):
    """Return the mean days between the customer's purchases, `window` for one."""
    gaps = data["purchases"] - 1
    known = (data["tenure"] - data["recency"]) / np.maximum(gaps, 1)
    return np.where(gaps > 0, np.maximum(known, 1), window)


def features(data, window):
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


def drivers(parameters, x, data, window):
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
