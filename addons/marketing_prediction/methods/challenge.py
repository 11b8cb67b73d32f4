"""LightGBM as the challenger of BG/NBD: it has to win on the shop's own days.

Both forecast the money of the days of the test. The trees learn from the same number of
days before by what BG/NBD's forecast of each customer is to be multiplied, told what it
cannot know: purchases of late, clicks. Where they are surely better they correct it.
"""

from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np

from odoo.addons.marketing_engine import boosting, evaluation

from ..feature_query import MOST, WINDOWS, every_so_many, read_features
from ..finding import Metric, NothingToLearn, lacking, sample, tenths
from ..history_query import EPOCH, among_ids
from .buying import Buying
from .lifetime_proof import money_metrics, run_rate

MIN_CUSTOMERS, MIN_CAME_BACK = 2_000, 300
#: Of the mean outcome: no forecast is judged by a hope smaller than that.
LEAST = 0.01


@dataclass(frozen=True)
class Challenge:
    """How it ended: ``won``, ``lost``, ``absent`` (no LightGBM) or ``not_enough``.

    ``gain`` and its lower bound are shares of BG/NBD's deviance. ``proof`` is what
    takes the place of BG/NBD's own figures when the trees won.
    """

    outcome: str
    reason: str = ""
    needed: dict = field(default_factory=dict)
    days: int = 0
    gain: float | None = None
    gain_low: float | None = None
    metrics: tuple[Metric, ...] = ()
    trees: boosting.TreeEnsemble | None = None
    proof: dict = field(default_factory=dict)

    def to_plain(self):
        """Return what the registry keeps of it."""
        metrics = {item.name: [item.model, item.baseline] for item in self.metrics}
        names = ("outcome", "reason", "needed", "days", "gain", "gain_low")
        return {name: getattr(self, name) for name in names} | {"metrics": metrics}


def read_training(env, company, until, data):
    """Return what is told of customers at three days; None when nobody would ask."""
    size = data["partner_id"].size
    if size < MIN_CUSTOMERS or not boosting.is_installed():
        return None
    ahead = int((np.datetime64(until) - EPOCH).astype(int) - data["cut"][0])
    cuts = [until - timedelta(days=times * ahead) for times in (2, 1, 0)]
    some = every_so_many(-(-size // MOST))
    return {**read_features(env, company, until, cuts, ahead, some), "ahead": ahead}


def read_scoring(env, company, until, first, last):
    customers = among_ids(first, last)
    return read_features(env, company, until, [until], 0, customers)


def challenge(data, buying, seed):
    """Return how the trees did against ``buying``, fitted before those days."""
    if not boosting.is_installed():
        return Challenge("absent")
    told = data["told"]
    if told is None:
        counts = {"customers": (data["partner_id"].size, MIN_CUSTOMERS)}
        return Challenge("not_enough", needed=lacking(**counts))
    first, last = _as_of(told, 1), _as_of(told, 2)
    came = min((part["came"] > 0).sum() for part in (first, last))
    needed = lacking(
        customers=(first["came"].size, MIN_CUSTOMERS), came_back=(came, MIN_CAME_BACK)
    )
    if needed:
        return Challenge("not_enough", needed=needed)
    try:
        return _compete(first, last, buying, told["ahead"], seed)
    except boosting.NotInstalled as error:
        return Challenge("absent", reason=str(error))
    except NothingToLearn:
        return Challenge("not_enough", needed=lacking(different=(0, 1)))


def _compete(first, last, buying, days, seed):
    """Fit before the days of the test, judge in them; fit anew where the trees won."""
    trees = _fit(first, Buying.fit(_histories(first)), days, seed)
    rows, came = _histories(last), last["came"]
    own = buying.spending(rows, days)
    theirs = own * trees.predict(_columns(last, buying, days))
    result = {"days": days, **_judge(theirs, own, came, seed)}
    if result["gain_low"] <= 0:
        return Challenge("lost", **result)
    return Challenge(
        "won",
        trees=_fit(last, buying, days, seed),
        proof={
            "metrics": money_metrics(theirs, run_rate(rows, days)[1], came),
            "curve": tenths(theirs, came),
        },
        **result,
    )


def _fit(told, buying, days, seed):
    own, came = buying.spending(_histories(told), days), told["came"]
    return boosting.fit_tweedie(
        _columns(told, buying, days),
        came,
        start=np.maximum(own, LEAST * came.mean()),
        seed=seed,
    )


def _judge(theirs, own, came, seed):
    """Return by how much the trees' deviance is smaller, at least, and figures."""
    floor = LEAST * came.mean()
    above, beneath = np.maximum(theirs, floor), np.maximum(own, floor)
    deviance, whole = (
        evaluation.tweedie_deviance(forecast, came) for forecast in (above, beneath)
    )
    part = sample(came.size)
    low = evaluation.bootstrap_gain(
        lambda forecast, outcome: -evaluation.tweedie_deviance(forecast, outcome),
        above[part],
        beneath[part],
        came[part],
        rng=np.random.default_rng(seed),
    )
    metrics = money_metrics(theirs, own, came)
    return {
        "gain": 1 - deviance / whole,
        "gain_low": low / whole,
        "metrics": (Metric("deviance", deviance, whole), *metrics),
    }


def correction(parameters, told, buying, partner_ids):
    """Return what BG/NBD's money of each customer is to be multiplied by."""
    factor = np.ones(partner_ids.size)
    if told is None or not parameters.get("trees"):
        return factor
    trees = boosting.TreeEnsemble.from_plain(parameters["trees"])
    found = trees.predict(_columns(told, buying, parameters["trees_days"]))
    # read by another statement: an order may have been cancelled in between
    _both, mine, other = np.intersect1d(
        partner_ids, told["partner_id"], assume_unique=True, return_indices=True
    )
    factor[mine] = found[other]
    return factor


def as_of_today(told):
    """Return what the training read of the last cut, which is today."""
    return _as_of(told, 3)


def _as_of(told, number):
    rows = told["number"] == number
    return {name: told[name][rows] for name in told if name != "ahead"}


def _histories(told):
    return {
        "frequency": told["purchases"] - 1,
        "recency": told["tenure"] - told["silence"],
        "age": told["tenure"],
        "mean_value": told["total"] / told["purchases"],
    }


def _columns(told, buying, days):
    """Return what the trees see, BG/NBD's view of the customer included."""
    rows = _histories(told)
    columns = [told[name] for name in ("tenure", "purchases", "silence", "clicks")]
    columns += [told[f"count_{window}"] for window in WINDOWS]
    columns += [told[f"spent_{window}"] for window in WINDOWS]
    worth, count = buying.worth(rows), buying.count(rows, days)
    alive = buying.purchases.p_alive(rows["frequency"], rows["recency"], rows["age"])
    gap = rows["recency"] / np.maximum(rows["frequency"], 1)
    overdue = told["silence"] / np.maximum(gap, 1)
    return np.column_stack(
        [*columns, rows["mean_value"], gap, overdue, alive, count, worth, count * worth]
    )
