"""The formulas of the lifetime value alone, on made-up histories; without Odoo."""

import json
import resource
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "addons"))
from marketing_engine import clv

MARK = "FIGURES "
R, ALPHA, A, B = 0.7, 50.0, 0.8, 2.5
P, Q, V = 6.25, 3.74, 15.44
DAYS = (30, 730)


def run(customers):
    """Return the seconds of each step, and the peak of this process's memory."""
    rows = simulate(np.random.default_rng(1), customers)
    histories = (rows["frequency"], rows["recency"], rows["age"])
    seconds = {}
    purchases = timed(seconds, "fit_purchases", clv.fit_bg_nbd, *histories)
    count = rows["frequency"] + 1
    money = timed(seconds, "fit_money", clv.fit_gamma_gamma, count, rows["mean_value"])
    year = {"year": 365, "discount_rate": 0.1}
    timed(seconds, "score", clv.forecast_value, purchases, money, **rows, **year)
    timed(seconds, "interval", clv.value_interval, purchases, money, 365, **rows)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    distinct = np.unique(np.column_stack(histories), axis=0).shape[0]
    return {**seconds, "customers": customers, "distinct": distinct, "memory": memory}


def timed(seconds, name, work, *arguments, **options):
    start = time.perf_counter()
    result = work(*arguments, **options)
    seconds[name] = time.perf_counter() - start
    return result


def simulate(rng, size):
    """Return histories drawn from the model itself, to the day."""
    rate, leaves = rng.gamma(R, 1 / ALPHA, size), rng.beta(A, B, size)
    age = rng.integers(*DAYS, size).astype(float)
    count, last, clock = np.zeros((3, size))
    active = np.ones(size, dtype=bool)
    while active.any():
        clock[active] += rng.exponential(1, active.sum()) / rate[active]
        bought = active & (clock <= age)
        count[bought] += 1
        last[bought] = clock[bought]
        active = bought & (rng.random(size) >= leaves)
    own = rng.gamma(Q, 1 / V, size)
    mean = rng.gamma(P * (count + 1)) / own / (count + 1)
    last = np.minimum(np.ceil(last), age)
    return {"frequency": count, "recency": last, "age": age, "mean_value": mean}


if __name__ == "__main__":
    print(MARK + json.dumps(run(int(sys.argv[1]))))
