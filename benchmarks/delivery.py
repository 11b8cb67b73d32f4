#!/usr/bin/env python3
"""Sending a campaign against Odoo's own mass mailing, in pairs, through one sink.

    python3 benchmarks/delivery.py --database NAME [--recipients 6000] [--peer 300]
        [--pairs 3] [--senders 2] [--audience 100000]

Each pair sends the same page (20 kB of HTML, 10 links, 10 merge tags) first with
`mass_mailing` through its two crons, then with a campaign from its audience's rows to
its completion, by as many processes as the Celery worker has: consent, gate, journal,
events and tracking as in daily use, and PostgreSQL with fsync. Prints recipients a
second, the ratio of each pair and its median, Python's CPU time a recipient, and the
share of the bound that rendering, MIME, SMTP and set-based SQL, each measured alone,
leave for one process; the same for a campaign sent by one process. Then writes an
audience, ours and by a bare statement. Needs a database with marketing_campaign
installed; use a scratch one: it keeps the customers and campaigns.
"""

import argparse
import statistics
import subprocess
import sys

import odoo_shell

# mass_mailing itself calls what Odoo has deprecated, once a batch
QUIET = ("--log-handler=py.warnings:CRITICAL",)
GOAL_RATIO = 35
GOAL_SHARE = 0.5
GOAL_CPU_MS = 2.0
GOAL_AUDIENCE_SECONDS = 5.0


def main():
    options = _parse()
    sink = subprocess.Popen(
        [sys.executable, odoo_shell.HERE / "smtp_sink.py"],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        figures = _measure(options, int(sink.stdout.readline()))
    finally:
        sink.terminate()
        sink.wait()
    return _report(figures)


def _parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--database", required=True)
    parser.add_argument("--recipients", type=int, default=6000)
    parser.add_argument("--peer", type=int, default=300)
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--senders", type=int, default=2)
    parser.add_argument("--audience", type=int, default=100_000)
    return parser.parse_args()


def _measure(options, port):
    values = {**vars(options), "port": port}
    return odoo_shell.call(options.database, "delivery_work", "run", values, *QUIET)


def _report(figures):
    ratios = []
    for number, (peer, ours) in enumerate(figures["pairs"], 1):
        ratios.append(ours["rate"] / peer["rate"])
        print(
            f"pair {number}: mass_mailing {peer['rate']:.1f}/s, {peer['cpu_ms']:.1f}"
            f" CPU-ms; campaign {ours['rate']:.0f}/s, {ours['cpu_ms']:.2f} CPU-ms;"
            f" ratio {ratios[-1]:.1f}"
        )
    ratio = statistics.median(ratios)
    rate = statistics.median(ours["rate"] for _peer, ours in figures["pairs"])
    cpu = statistics.median(ours["cpu_ms"] for _peer, ours in figures["pairs"])
    print(f"median ratio {ratio:.1f} (goal {GOAL_RATIO}), {rate:.0f} recipients/s")
    print(f"CPU {cpu:.2f} ms a recipient (goal at most {GOAL_CPU_MS})")
    alone = statistics.median(ours["rate"] for ours in figures["alone"])
    share = _report_bound(figures["bound"], rate, alone)
    seconds = figures["audience_seconds"]
    print(
        f"audience of {figures['audience']}: {seconds:.1f} s"
        f" (goal {GOAL_AUDIENCE_SECONDS} for 100,000),"
        f" {seconds / figures['by_hand_seconds']:.2f} times a bare statement by hand"
    )
    is_fast = ratio >= GOAL_RATIO and share >= GOAL_SHARE
    is_lean = cpu <= GOAL_CPU_MS and seconds <= GOAL_AUDIENCE_SECONDS
    return not (is_fast and is_lean)


def _report_bound(bound, rate, alone):
    parts = ", ".join(f"{name} {us:.0f}" for name, us in bound["us"].items())
    limit = 1e6 / sum(bound["us"].values())
    print(f"message of {bound['bytes'] / 1000:.1f} kB; microseconds alone: {parts}")
    print(
        f"composite bound of one process {limit:.0f}/s; reached {rate / limit:.0%}"
        f" (goal {GOAL_SHARE:.0%}), by one process {alone:.0f}/s, {alone / limit:.0%}"
    )
    return rate / limit


if __name__ == "__main__":
    sys.exit(main())
