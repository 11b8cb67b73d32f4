#!/usr/bin/env python3
"""How long the matrix of stores and creatives takes, and how near its plan is to best.

    PYTHONPATH=addons python benchmarks/store_matrix.py

Fit and recommendation by themselves, then the bare limits on the same data and machine:
one pass of numpy over the drops (a ``bincount`` of each label), and HiGHS on the linear
program of the final columns.
"""

import sys
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "addons"), str(ROOT / "tests" / "engine")]

from drops import World, week_of  # noqa: E402
from marketing_engine.store_budget.solver import Search  # noqa: E402
from marketing_engine.store_matrix import fit  # noqa: E402

SIZES = ((1_000, 20, 24, 5.0), (5_000, 40, 24, 30.0))
PRICE, MARGIN = 0.5, 0.6
BREAKS = ((0, 0.55), (10_000, 0.5), (100_000, 0.45))


def timed(work, *arguments, **options):
    start, used = time.perf_counter(), time.process_time()
    result = work(*arguments, **options)
    return result, time.perf_counter() - start, time.process_time() - used


def one_pass(history):
    for name in ("store", "creative", "market", "region", "store_type", "week"):
        np.bincount(history[name], history["responses"])


def lines(stores, creatives, months, limit):
    world = World(1, stores, creatives, markets=20, bend=0.5)
    history = world.history(months)
    model, fit_wall, fit_cpu = timed(fit, history)
    _none, pass_wall, _cpu = timed(one_pass, history)
    week, budget = week_of(months), 0.3 * PRICE * world.usual.sum()
    ask = (np.arange(stores), np.arange(creatives), week)
    yield f"{stores:,} stores x {creatives} creatives, {history.size:,} drops"
    yield (
        f"  fit {fit_wall:.2f} s ({fit_cpu:.2f} s CPU), "
        f"{fit_wall / pass_wall:.0f} passes of numpy over the drops"
    )
    total = fit_wall
    for name, costs in (("one price", PRICE), ("print breaks", [BREAKS] * creatives)):
        rec, wall, cpu = timed(model.recommend, *ask, costs, budget, margin_rate=MARGIN)
        search = Search(model.offers(*ask, costs, margin_rate=MARGIN), budget)
        search.run()
        _duals, bare, _cpu = timed(search.program.solve, search.limits)
        total = max(total, fit_wall + wall)
        yield (
            f"  {name}: {wall:.2f} s ({cpu:.2f} s CPU), {wall / bare:.1f} bare programs"
            f" of HiGHS; gap {100 * rec.gap:.3f} %,"
            f" {(rec.quantity > 0).sum():,} stores,"
            f" cost {rec.cost.sum():,.0f} of {budget:,.0f}"
        )
    verdict = "holds" if total < limit else "MISSED"
    yield f"  fit and recommend {total:.2f} s, limit {limit:.0f} s: {verdict}"


def main():
    for size in SIZES:
        for line in lines(*size):
            print(line, flush=True)


if __name__ == "__main__":
    main()
