#!/usr/bin/env python3
"""Events in: over HTTP, straight into the log, and projections beside millions of them.

    python3 benchmarks/events.py --database NAME [--http 200000] [--direct 50000]
        [--rounds 3] [--old 10000000]

Serves the database with four worker processes and sends batches of 1,000 events from
four clients, each batch built before the clock starts. Then compares, in turns, the
method that writes the log (identifiers checked, verdicts returned) with a bare COPY of
the same rows into a table with the same indexes. At last adds old events of other
campaigns and times the projections of the newest 10,000, and their campaign's page.
Needs a database with marketing_campaign installed; use a scratch one: it keeps what is
written.
"""

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from http.client import HTTPConnection

from tracking import cpu_seconds

import odoo_shell

BATCH = 1000
WORKERS = 4  # twice the cores: a request also waits for the disk
CLIENTS = 4
GOAL_HTTP = 10_000
GOAL_SHARE = 0.5
NEWEST = 10_000
GOAL_PROJECTION_SECONDS = 1.0
GOAL_PAGE_SECONDS = 0.3
PATH = "/api/v1/events"


def main():
    options = _parse()
    if options.http:
        _report_http(options)
    if options.direct:
        _report_direct(options)
    if options.old >= 0:
        _report_scale(options)


def _parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--database", required=True)
    parser.add_argument("--port", type=int, default=8169)
    parser.add_argument("--http", type=int, default=200_000)
    parser.add_argument("--direct", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--old", type=int, default=10_000_000)
    return parser.parse_args()


def _call(options, function, *values):
    code = {"function": function, "values": values}
    return odoo_shell.call(options.database, "events_entry", "run", code)


# === HTTP === #


def _report_http(options):
    token = _call(options, "make_key", 100_000)
    bodies = [_make_body() for _number in range(options.http // BATCH)]
    server = _serve(options)
    try:
        _post(options.port, token, [_make_body() for _worker in range(3 * WORKERS)])
        begun, used = time.perf_counter(), cpu_seconds(server.pid)
        with ThreadPoolExecutor(CLIENTS) as pool:
            shares = [bodies[n::CLIENTS] for n in range(CLIENTS)]
            list(pool.map(lambda share: _post(options.port, token, share), shares))
        seconds = time.perf_counter() - begun
        cpu = cpu_seconds(server.pid) - used
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(30)
    events = len(bodies) * BATCH
    rate, cost = events / seconds, cpu / events * 1e6
    print(f"HTTP: {rate:.0f} events/s in batches of {BATCH} (goal {GOAL_HTTP})")
    print(f"  {cost:.0f} µs of Odoo's processor time an event")


def _make_body():
    now = datetime.now(UTC).isoformat()
    events = [
        {
            "event_id": str(uuid.uuid4()),
            "event_type": "product_view",
            "occurred_at": now,
            "session_id": f"session-{number % 100}",
            "properties": {
                "path": f"/shop/product-{number}",
                "product_id": 1 + number,
                "price": 12.5,
                "currency": "EUR",
            },
        }
        for number in range(BATCH)
    ]
    return json.dumps({"events": events}).encode()


def _serve(options):
    """Start Odoo as production does; `-m odoo` cannot start its process for events."""
    python, environment = _call(options, "get_environment")
    command = [python, str(odoo_shell.HERE / "odoo_prefork.py"), "server"]
    command += ["-c", environment["ODOO_RC"], "-d", options.database]
    command += [f"--http-port={options.port}", f"--gevent-port={options.port + 1}"]
    command += [f"--workers={WORKERS}", "--max-cron-threads=0", "--log-level=warn"]
    environment = {**os.environ, **environment}
    server = subprocess.Popen(command, start_new_session=True, env=environment)
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and server.poll() is None:
        try:
            connection = HTTPConnection("127.0.0.1", options.port, timeout=30)
            connection.request("GET", "/api/v1/openapi.json")
            connection.getresponse().read()
            return server
        except OSError:
            time.sleep(0.5)
    sys.exit("The server did not start.")


def _post(port, token, bodies):
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    for body in bodies:
        connection = HTTPConnection("127.0.0.1", port, timeout=120)
        connection.request("POST", PATH, body, headers)
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        if answer.status != 202 or json.loads(text)["counts"]["accepted"] != BATCH:
            raise RuntimeError(f"{answer.status}: {text[:300]}")


# === INSIDE === #


def _report_direct(options):
    pairs = _call(options, "compare_with_copy", options.direct, options.rounds)
    shares = [pair["copy"] / pair["log"] for pair in pairs]
    for pair, share in zip(pairs, shares, strict=True):
        rates = {name: options.direct / pair[name] for name in ("log", "copy")}
        print(f"log {rates['log']:.0f}/s, COPY {rates['copy']:.0f}/s, {share:.0%}")
    share = statistics.median(shares)
    print(f"the log's method reaches {share:.0%} of COPY (goal {GOAL_SHARE:.0%})")


def _report_scale(options):
    count = _call(options, "fill", options.old)
    results = _call(options, "project", NEWEST, options.rounds)
    print(f"beside {count} events, the newest {NEWEST}:")
    for name in results[0]:
        seconds = statistics.median(result[name] for result in results)
        goal = GOAL_PAGE_SECONDS if name == "page" else GOAL_PROJECTION_SECONDS
        print(f"  {name}: {seconds:.3f} s (goal {goal})")


if __name__ == "__main__":
    main()
