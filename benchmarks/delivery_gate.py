#!/usr/bin/env python3
"""What the gate costs: the same pump with a gate that asks nothing, and the real one.

    python3 benchmarks/delivery_gate.py --database NAME [--recipients 3000] [--pairs 3]

Each pair sends one campaign to the same customers twice through one sink: first with an
admission that moves claimed messages on without a question, then with consent,
frequency caps, quiet hours, allowances and pacing as in daily use. The order changes
from pair to pair. Prints recipients a second, the share that the gate adds to the time
of a message, and its median. Needs a scratch database with marketing_campaign.
"""

import argparse
import statistics
import subprocess
import sys

import odoo_shell

GOAL = 0.20


def main():
    options = _parse()
    sink = subprocess.Popen(
        [sys.executable, odoo_shell.HERE / "smtp_sink.py"],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        values = {**vars(options), "port": int(sink.stdout.readline())}
        pairs = odoo_shell.call(options.database, "delivery_gate_work", "run", values)
    finally:
        sink.terminate()
        sink.wait()
    return _report(pairs)


def _parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--database", required=True)
    parser.add_argument("--recipients", type=int, default=3000)
    parser.add_argument("--pairs", type=int, default=3)
    return parser.parse_args()


def _report(pairs):
    added = []
    for number, (trivial, real) in enumerate(pairs, 1):
        added.append(trivial["rate"] / real["rate"] - 1)
        print(
            f"pair {number}: no question {trivial['rate']:.0f}/s, gate"
            f" {real['rate']:.0f}/s: {100 * added[-1]:+.1f} %; CPU-ms of Python and"
            f" PostgreSQL {_list_cpu(trivial)} and {_list_cpu(real)}"
        )
    share = statistics.median(added)
    work = statistics.median(
        _sum_cpu(real) / _sum_cpu(trivial) for trivial, real in pairs
    )
    print(
        f"the gate adds {100 * share:.1f} % of time (goal under {100 * GOAL:.0f} %),"
        f" {100 * (work - 1):.1f} % of CPU time"
    )
    return share > GOAL


def _sum_cpu(figures):
    return figures["cpu_ms"] + figures["server_ms"]


def _list_cpu(figures):
    return f"{figures['cpu_ms']:.2f} + {figures['server_ms']:.2f}"


if __name__ == "__main__":
    sys.exit(main())
