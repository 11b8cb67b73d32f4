#!/usr/bin/env python3
"""Fitting and scoring the prediction models on a million customers.

    python3 benchmarks/predictions.py --database NAME [--customers 1000000]
        [--orders 3000000] [--kinds lifetime_value,churn,churn_month] [--processes 2]
        [--engine-only]

First the formulas alone, on made-up histories with drop-outs: BG/NBD and Gamma-Gamma
fitted, a year's value and its interval forecast. Then the whole jobs as the queue runs
them, on the company of benchmarks/profiles.py (made on the first use): reading,
fitting and storing, then scoring batch by batch, and the same batches through a Celery
worker. Seconds, and the peak memory of the process that did it. Needs a database with
marketing_prediction installed; use a scratch one.
"""

import argparse
import sys

from predictions_celery import score_by_celery

import odoo_shell

FIT, SCORE, MEMORY = 5.0, 1.0, 1024
LABELS = {
    "fit_purchases": "BG/NBD fitted",
    "fit_money": "Gamma-Gamma fitted",
    "score": "scored: value, P(alive), active days",
    "interval": "interval of one year",
}


def main():
    options = _parse()
    good = report_engine(odoo_shell.run_alone("predictions_engine", options.customers))
    if not options.engine_only:
        _report_jobs(options)
    sys.exit(0 if good else 1)


def _parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--database", required=True)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--orders", type=int, default=3_000_000)
    parser.add_argument("--kinds", default="lifetime_value,churn,churn_month")
    parser.add_argument("--processes", type=int, default=2, help="of the worker")
    parser.add_argument("--engine-only", action="store_true")
    return parser.parse_args()


def report_engine(figures):
    """Print the figures of the formulas; return whether they are within the limits."""
    print(f"{figures['customers']:,} customers, {figures['distinct']:,} distinct\n")
    for name, label in LABELS.items():
        print(f"{label:42} {figures[name]:7.2f} s")
    print(f"{'peak memory':42} {figures['memory']:7.0f} MiB")
    print(f"limits: fit {FIT} s, score {SCORE} s, {MEMORY} MiB\n", flush=True)
    return (
        figures["fit_purchases"] < FIT
        and figures["score"] < SCORE
        and figures["memory"] < MEMORY
    )


def _report_jobs(options):
    for kind in options.kinds.split(","):
        values = {**vars(options), "kind": kind}
        figures = odoo_shell.call(options.database, "predictions_work", "fit", values)
        print(f"\n{kind}: {figures['verdict']}, {figures['challenge']}")
        _print_steps(figures)
        if figures["verdict"] != "better":
            print("  not scored: the version is not used")
            continue
        figures = odoo_shell.call(options.database, "predictions_work", "score", values)
        print(f"  {figures['batches']} batches, {figures['scored']:,} customers scored")
        _print_steps(figures)
        odoo_shell.call(options.database, "predictions_work", "clear", values)
        seconds, memory = score_by_celery(values)
        print(f"  {'by a Celery worker':30} {seconds:7.2f} s")
        print(f"  {'peak memory of its processes':30} {memory:7.0f} MiB", flush=True)


def _print_steps(figures):
    for name, seconds in figures["seconds"].items():
        print(f"  {name:30} {seconds:7.2f} s")
    print(f"  {'peak memory':30} {figures['memory']:7.0f} MiB", flush=True)


if __name__ == "__main__":
    main()
