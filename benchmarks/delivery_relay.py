#!/usr/bin/env python3
"""Sending over a relay that answers slowly, with 1, 8 and 32 connections.

    python3 benchmarks/delivery_relay.py --database NAME [--delay 10]
        [--recipients 12000] [--connections 1,8,32] [--senders 2] [--pipelining]

The relay takes --delay milliseconds for each answer. A message needs four of them
(MAIL, RCPT, DATA, content), so 32 connections can reach 800 messages a second at 10 ms;
with --pipelining three of them overlap, as they do when the delay is the way and not
the server. In the same run as many threads of plain smtplib send messages of that size,
without a database. The campaign's connections are shared out among --senders processes,
as the Celery worker does. Needs a database with marketing_campaign installed; use a
scratch one: it keeps the customers and campaigns.
"""

import argparse
import smtplib
import subprocess
import sys
import threading
import time

import odoo_shell

GOAL_SHARE = 0.75
GOAL_CONNECTIONS = 32
QUIET = ("--log-handler=py.warnings:CRITICAL",)


def main():
    options = _parse()
    counts = [int(count) for count in options.connections.split(",")]
    command = [sys.executable, odoo_shell.HERE / "smtp_sink.py", "--delay"]
    command += [str(options.delay / 1000)]
    command += [] if options.pipelining else ["--no-pipelining"]
    sink = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        return _measure(options, counts, int(sink.stdout.readline()))
    finally:
        sink.terminate()
        sink.wait()


def _parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--database", required=True)
    parser.add_argument("--delay", type=float, default=10)
    parser.add_argument("--recipients", type=int, default=12_000)
    parser.add_argument("--connections", default="1,8,32")
    parser.add_argument("--senders", type=int, default=2)
    parser.add_argument("--pipelining", action="store_true")
    return parser.parse_args()


def _measure(options, counts, port):
    is_enough = True
    answers = 2 if options.pipelining else 4
    for count in counts:
        bound = count * 1000 / (answers * options.delay)
        # one connection would need eight minutes for what 32 send in fifteen seconds
        number = max(100, min(options.recipients, int(bound * 15)))
        values = {"port": port, "connections": count, "number": number}
        values["senders"] = options.senders
        ours = odoo_shell.call(
            options.database, "delivery_relay_work", "run", values, *QUIET
        )
        plain = send_plainly(port, count, number, ours["bytes"])
        share = ours["rate"] / bound
        print(
            f"{count:2} connections: campaign {ours['rate']:.0f}/s,"
            f" {ours['cpu_ms']:.2f} CPU-ms, plain smtplib {plain:.0f}/s,"
            f" bound {bound:.0f}/s, reached {share:.0%}"
        )
        if count == GOAL_CONNECTIONS:
            print(f"goal with {count}: at least {GOAL_SHARE:.0%} of {bound:.0f}/s")
            is_enough = share >= GOAL_SHARE
    return not is_enough


def send_plainly(port, connections, number, size):
    """Return messages a second of plain smtplib in threads."""
    data = b"To: c@x.example\r\nX-SK: k\r\n\r\n" + b"x" * 70 + b"\r\n"
    data += (b"y" * 74 + b"\r\n") * (size // 76)
    left = [number // connections] * connections
    threads = [
        threading.Thread(target=_send_share, args=(port, data, share)) for share in left
    ]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(left) / (time.perf_counter() - start)


def _send_share(port, data, number):
    with smtplib.SMTP("127.0.0.1", port) as server:
        for _message in range(number):
            server.sendmail("shop@x.example", ["c@x.example"], data)


if __name__ == "__main__":
    sys.exit(main())
