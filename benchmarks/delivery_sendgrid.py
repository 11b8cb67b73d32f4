#!/usr/bin/env python3
"""Recipients a second that SendGrid's peer takes from a campaign, and from a bare loop.

    python3 benchmarks/delivery_sendgrid.py --database NAME [--recipients 10000]
        [--rounds 3] [--senders 2]

The peer is a process of its own. A round sends a campaign (20 kB of HTML, 10 links, 10
merge tags) in requests of 100, by as many processes as the Celery worker has, each over
one kept connection, with gate, journal, rendering and events as in daily use. Then the
same requests go out again in a bare loop that builds nothing. Prints the rate of each
and their ratio. Needs a scratch database with marketing_delivery_sendgrid and
marketing_campaign installed: it keeps the customers.
"""

import argparse
import statistics
import subprocess
import sys

import odoo_shell

GOAL_RATE = 2000


def main():
    options = _parse()
    peer = subprocess.Popen(
        [sys.executable, odoo_shell.HERE / "sendgrid_sink.py"],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        values = {**vars(options), "port": int(peer.stdout.readline())}
        figures = odoo_shell.call(
            options.database, "delivery_sendgrid_work", "run", values
        )
    finally:
        peer.terminate()
        peer.wait()
    return _report(figures)


def _parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--database", required=True)
    parser.add_argument("--recipients", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--senders", type=int, default=2, help="0: Odoo itself")
    return parser.parse_args()


def _report(figures):
    for number, (ours, bare) in enumerate(figures["rounds"], 1):
        print(
            f"round {number}: campaign {ours['rate']:.0f}/s, {ours['cpu_ms']:.2f} +"
            f" {ours['server_ms']:.2f} CPU-ms of Python and PostgreSQL;"
            f" bare loop {bare:.0f}/s; ratio {ours['rate'] / bare:.2f}"
        )
    rate = statistics.median(ours["rate"] for ours, _bare in figures["rounds"])
    ratio = statistics.median(ours["rate"] / bare for ours, bare in figures["rounds"])
    print(f"median {rate:.0f} recipients/s (goal {GOAL_RATE}), ratio {ratio:.2f}")
    print(f"{figures['bytes'] / 1000:.0f} kB a request of 100")
    return rate < GOAL_RATE


if __name__ == "__main__":
    sys.exit(main())
