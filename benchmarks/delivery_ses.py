#!/usr/bin/env python3
"""Messages a second that SES's peer takes from a campaign, and from a bare loop.

    python3 benchmarks/delivery_ses.py --database NAME [--recipients 3000]
        [--rounds 3] [--senders 2]

The peer is a process of its own and checks each signature. A round sends a campaign
(20 kB of HTML, 10 links, 10 merge tags), one message a request as SES wants raw
messages, by as many connections as there are senders, with gate, journal, rendering,
signatures and events as in daily use. Then messages that are there already go out again
by boto3 over one connection and nothing else. Prints the rate of each and their ratio.
Needs a scratch database with marketing_delivery_ses and marketing_campaign installed:
it keeps the customers.
"""

import argparse
import statistics
import subprocess
import sys

import odoo_shell


def main():
    options = _parse()
    peer = subprocess.Popen(
        [sys.executable, odoo_shell.HERE / "ses_sink.py"],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        values = {**vars(options), "port": int(peer.stdout.readline())}
        figures = odoo_shell.call(options.database, "delivery_ses_work", "run", values)
    finally:
        peer.terminate()
        peer.wait()
    return _report(figures)


def _parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--database", required=True)
    parser.add_argument("--recipients", type=int, default=3000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--senders", type=int, default=2, help="0: Odoo itself")
    return parser.parse_args()


def _report(figures):
    for number, (ours, bare) in enumerate(figures["rounds"], 1):
        print(
            f"round {number}: campaign {ours['rate']:.0f}/s, {ours['cpu_ms']:.2f} +"
            f" {ours['server_ms']:.2f} CPU-ms of Python and PostgreSQL;"
            f" boto3 alone {bare['rate']:.0f}/s, {bare['cpu_ms']:.2f} CPU-ms;"
            f" ratio {ours['rate'] / bare['rate']:.2f}"
        )
    rate = statistics.median(ours["rate"] for ours, _bare in figures["rounds"])
    cpu = statistics.median(
        ours["cpu_ms"] / bare["cpu_ms"] for ours, bare in figures["rounds"]
    )
    print(f"median {rate:.0f} messages/s, {cpu:.2f} times the CPU of boto3 alone")
    return 0


if __name__ == "__main__":
    sys.exit(main())
