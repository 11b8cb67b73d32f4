#!/usr/bin/env python3
"""How long a shopper waits at the pixel and at a link, at a steady rate.

    python3 benchmarks/tracking.py --database NAME [--rate 50] [--seconds 20]

Serves the database itself (one threaded process, no crons), writes a campaign with
ten links into it and asks for the pixel, a link, and a public page of Odoo's own that
neither reads nor writes a record. Requests start by the clock, not when the previous
one ends, and each is timed from its planned start: a stall is not hidden. The three
take short turns, so that a busy moment of the machine hits all alike.
Needs a database with marketing_delivery installed; use a scratch one.
"""

import argparse
import os
import signal
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from itertools import cycle
from pathlib import Path

import odoo_shell

BASELINE = "/web/service-worker.js"
LIMIT_MS = 20.0
WORKERS = 32
BROWSER = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36"
    " (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"
)


def serve(database, port):
    """Start Odoo in a process group of its own and wait until it answers."""
    command = [odoo_shell.ODOO, "server", "-d", database, f"--http-port={port}"]
    command += [f"--gevent-port={port + 1}", "--max-cron-threads=0"]
    server = subprocess.Popen([*command, "--log-level=warn"], start_new_session=True)
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and server.poll() is None:
        try:
            ask(port, BASELINE)
            return server
        except OSError:
            time.sleep(0.5)
    stop(server)
    sys.exit("The server did not start.")


def stop(server):
    if server.poll() is None:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(30)


def ask(port, path):
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path, headers={"User-Agent": BROWSER})
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


def timed(port, path, start):
    """Return (status, milliseconds since the planned start)."""
    time.sleep(max(0.0, start - time.perf_counter()))
    status = ask(port, path)
    return status, (time.perf_counter() - start) * 1000


def load(port, source, rate, seconds):
    """Ask `rate` times a second for `seconds`; return [(status, milliseconds)]."""
    begin = time.perf_counter() + 0.5
    with ThreadPoolExecutor(WORKERS) as pool:
        futures = [
            pool.submit(timed, port, next(source), begin + number / rate)
            for number in range(rate * seconds)
        ]
        return [future.result() for future in futures]


def cpu_seconds(group):
    """Return the processor time that a process group has used so far."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # ended meanwhile
        if int(fields[2]) == group:
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def measure(server, paths, arguments):
    """Load one kind after the other in short turns.

    Returns {kind: [(rows, processor seconds of the server)]}, one entry a turn.
    """
    sources = {kind: cycle(values) for kind, values in paths.items()}
    results = {kind: [] for kind in paths}
    seconds = max(1, arguments.seconds // arguments.turns)
    for _turn in range(arguments.turns):
        for kind, source in sources.items():
            before = cpu_seconds(server.pid)
            rows = load(arguments.port, source, arguments.rate, seconds)
            results[kind].append((rows, cpu_seconds(server.pid) - before))
    return results


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def summarise(turns):
    """Return the figures of one kind; latencies are medians over the turns.

    One turn in which the machine was busy with something else then changes little.
    """
    times = [[ms for _status, ms in rows] for rows, _cpu in turns]
    count = sum(map(len, times))
    return {
        "n": count,
        "median": statistics.median(map(statistics.median, times)),
        "p95": statistics.median(percentile(values, 0.95) for values in times),
        "worst": max(map(max, times)),
        "cpu": sum(cpu for _rows, cpu in turns) * 1000 / count,
        "answers": sorted({status for rows, _cpu in turns for status, _ms in rows}),
    }


def report(results, rate):
    """Print the table; return whether both kinds hold the limit."""
    figures = {kind: summarise(turns) for kind, turns in results.items()}
    base = figures["baseline"]
    print(f"{rate} requests a second of one kind, milliseconds")
    names = ("median", "p95", "worst", "cpu")
    print(f"{'':10}{'n':>6}" + "".join(f"{name:>9}" for name in names), end="")
    print(f"{'x p95':>8}{'x cpu':>8}  answers")
    for kind, row in figures.items():
        print(f"{kind:10}{row['n']:6}", end="")
        print("".join(f"{row[name]:9.1f}" for name in names), end="")
        ratios = (row[name] / base[name] for name in ("p95", "cpu"))
        print("".join(f"{ratio:8.2f}" for ratio in ratios), f" {row['answers']}")
    good = all(
        row["p95"] < LIMIT_MS and max(row["answers"]) < 400 for row in figures.values()
    )
    print(f"limit for p95: {LIMIT_MS:.0f} ms: {'held' if good else 'NOT HELD'}")
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--database", required=True)
    parser.add_argument("--port", type=int, default=8397)
    parser.add_argument("--rate", type=int, default=50)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--turns", type=int, default=5)
    arguments = parser.parse_args()
    recipients = arguments.rate * arguments.seconds
    signed = odoo_shell.call(arguments.database, "tracking_work", "prepare", recipients)
    paths = {"baseline": [BASELINE], **signed}
    server = serve(arguments.database, arguments.port)
    try:
        for values in paths.values():
            for path in values[-20:]:
                ask(arguments.port, path)
        results = measure(server, paths, arguments)
    finally:
        stop(server)
    return 0 if report(results, arguments.rate) else 1


if __name__ == "__main__":
    sys.exit(main())
