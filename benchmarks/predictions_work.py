"""The part of the benchmark of predictions that runs inside Odoo."""

import resource
import time

from odoo import fields
from odoo.tools import SQL

from odoo.addons.marketing_prediction.methods import METHODS
from odoo.addons.marketing_queue.isolation import own_transaction

from profiles_stage import get_company

FIELDS = ("model_id", "first", "last")


def fit(env, options):
    """Fit one kind step by step, as its job does; return the seconds of each."""
    company, kind = _stage(env, options), options["kind"]
    method, today, seconds = METHODS[kind], fields.Date.today(), {}
    data = timed(seconds, "read", _read, env, company, method, today)
    fingerprint = timed(seconds, "fingerprint", method.hash_of, data)
    settings = env["prediction.model"]._get_fit_settings(company)
    settings["seed"] = int(fingerprint[:8], 16)
    env.cr.commit()
    finding = timed(seconds, "fit and prove", method.fit, data, today, settings)
    model = env["prediction.model"]._keep(company, kind, finding, fingerprint, 0.0)
    env.cr.commit()
    return {
        "verdict": model.verdict,
        "challenge": (model.challenge or {}).get("outcome", "nobody asked"),
        "seconds": seconds,
        "memory": _peak(),
    }


def _read(env, company, method, today):
    with own_transaction(env.registry) as own:
        return method.read_training(own, company.with_env(own), today)


def score(env, options):
    """Run all batches in this process, one after the other."""
    model = _model(env, _stage(env, options), options["kind"])
    ranges, seconds = model._get_ranges(), {}
    env.cr.commit()
    start = time.perf_counter()
    for first, last in ranges:
        env["prediction.model"]._pump_score(model.id, first, last)
    seconds["all batches"] = time.perf_counter() - start
    _score_again(env, model, ranges, seconds)
    field = model._get_method().model_field
    scored = env["customer.profile"].search_count([(field, "=", model.id)])
    return {
        "batches": len(ranges),
        "scored": scored,
        "seconds": seconds,
        "memory": _peak(),
    }


def _score_again(env, model, ranges, seconds):
    """Take one batch apart: what of it is reading, and what computing."""
    method, parameters = model._get_method(), model._get_parameters()
    today, (first, last) = fields.Date.today(), ranges[len(ranges) // 2]
    company = model.company_id
    data = timed(
        seconds,
        "of one batch: read",
        method.read_scoring,
        *(env, company, today, first, last, parameters),
    )
    timed(seconds, "of one batch: compute", method.score, parameters, data, today, {})
    if method.model_field == "clv_model_id":
        from odoo.addons.marketing_prediction.methods import lifetime_value

        buying = lifetime_value.Buying.restore(parameters)
        age = (today - fields.Date.to_date("1970-01-01")).days
        rows = lifetime_value._histories(data, age)
        timed(seconds, "of that: the interval", buying.interval, rows)


def clear(env, options):
    """Make it as if nobody had been scored yet: a second run writes nothing."""
    model = _model(env, _stage(env, options), options["kind"])
    waiting = [("key", "=like", f"{_key(model)}%"), ("state", "=", "pending")]
    env["marketing.job"].search(waiting).unlink()
    model._clear_scores()
    env.cr.commit()
    return {}


def enqueue(env, options):
    """Queue the batches, wait until a worker has done them; return the seconds."""
    model = _model(env, _stage(env, options), options["kind"])
    model._enqueue_scores()
    env.cr.commit()
    while True:
        with own_transaction(env.registry) as own:
            rows = own.execute_query(
                SQL(
                    """SELECT state, started_at, finished_at FROM marketing_job
                        WHERE key LIKE %s ORDER BY id DESC LIMIT %s""",
                    f"{_key(model)}%",
                    len(model._get_ranges()),
                )
            )
        states = {row[0] for row in rows}
        if states <= {"done"}:
            break
        if "failed" in states:
            raise RuntimeError("a batch failed: see its job")
        time.sleep(0.5)
    begun, ended = min(row[1] for row in rows), max(row[2] for row in rows)
    return (ended - begun).total_seconds()


def _key(model):
    return f"prediction.model:score:{model.id}:"


def _stage(env, options):
    company = get_company(env, options["customers"], options["orders"])
    profiles = env["customer.profile"]
    if not profiles.search_count([("company_id", "=", company.id)], limit=1):
        profiles._refresh_full(company)
        env.cr.commit()
    return company


def _model(env, company, kind):
    domain = [("company_id", "=", company.id), ("kind", "=", kind)]
    return env["prediction.model"].search([*domain, ("state", "=", "in_use")])


def timed(seconds, name, work, *arguments):
    start = time.perf_counter()
    result = work(*arguments)
    seconds[name] = time.perf_counter() - start
    return result


def _peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
