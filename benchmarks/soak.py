#!/usr/bin/env python3
"""Odoo, a Celery worker and a mail server under load and faults: see scripts/soak.

    python3 benchmarks/soak.py --database NAME [--minutes 30] [--recipients 200000]
        [--events 500] [--fault-every 30 (0: none)] [--least-faults 0]

Sends one campaign after another to the same customers while programs send events over
HTTP, shoppers read and click and users open lists. Every `--fault-every` seconds
something is killed or cut. At the end the mail server's own log and the list of what
was answered with 202 are compared with the database: nobody got a message twice,
nothing was lost, the doubts are at most one a process and kill, no counter differs
from a recount, and the memory of the processes that lived long enough is flat. Needs a
database with marketing_campaign installed and the user admin with the password admin;
use a scratch one, and the environment of PostgreSQL's programs (PGHOST and so on).
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from soak_events import Events
from soak_report import report

import odoo_shell
from soak_actors import Servers, Shoppers, Users
from soak_faults import Faults, Memory


def main():
    options = _parse()
    folder = Path(tempfile.mkdtemp(prefix="soak-"))
    with Servers(options, folder) as servers:
        figures = _soak(options, servers)
    return report(figures, folder)


def _parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--database", required=True)
    parser.add_argument("--port", type=int, default=8497)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--recipients", type=int, default=200_000)
    parser.add_argument("--events", type=int, default=500, help="a second")
    parser.add_argument("--fault-every", type=int, default=30, help="seconds")
    parser.add_argument(
        "--least-faults", type=int, default=0, help="go on until there were so many"
    )
    return parser.parse_args()


def _soak(options, servers):
    campaign = _stage(
        options, "prepare", {"port": servers.sink_port, "audience": options.recipients}
    )
    token, source = _stage(options, "make_key", {})
    servers.start()
    faults, memory = Faults(servers, options), Memory(servers)
    events = Events(servers, token, options.events)
    actors = [Shoppers(servers, options), Users(servers), faults, memory, events]
    begun = time.monotonic()
    for actor in actors:
        actor.start()
    ids = _send_campaigns(servers, campaign, options, faults)
    for actor in actors:
        actor.stop()
    seconds = time.monotonic() - begun
    return {
        **_stage(options, "recount", ids),
        "stored": _stage(options, "count_events", source),
        "acknowledged": events.acknowledged,
        "offered": events.offered,
        "campaigns": len(ids),
        "accepted": Counter(servers.accepted()),
        "faults": dict(faults.done),
        "seconds": seconds,
        "errors": [error for actor in actors for error in actor.errors],
        "excused": sum(actor.excused for actor in actors),
        "memory": memory.summary(),
    }


def _stage(options, function, values):
    return odoo_shell.call(options.database, "soak_stage", function, values)


def _send_campaigns(servers, values, options, faults):
    """Send until the time is over, and let the last one end; return their ids."""
    session, ids = servers.session(), []
    while not faults.is_over():
        campaign_id = _patiently(session.call, "email.campaign", "create", values)
        _patiently(_start, session, campaign_id)
        ids.append(campaign_id)
        patience = 900 + options.recipients / 20
        _wait_until(_is_over, session, campaign_id, patience)
    return ids


def _start(session, campaign_id):
    """Press the button once, whatever became of the answer."""
    if _read_status(session, campaign_id) == "draft":
        session.call("email.campaign", "action_send_now", [campaign_id])


def _wait_until(condition, session, campaign_id, patience):
    deadline = time.monotonic() + patience
    while not _patiently(condition, session, campaign_id):
        if time.monotonic() > deadline:
            raise SystemExit(f"The campaign {campaign_id} does not end.")
        time.sleep(0.3)


def _is_over(session, campaign_id):
    return _read_status(session, campaign_id) != "running"


def _read_status(session, campaign_id):
    return session.read("email.campaign", campaign_id, ["status"])["status"]


def _patiently(function, *values, seconds=120):
    """Call until it works: the server may have been killed this very moment."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return function(*values)
        except Exception:
            if time.monotonic() > deadline:
                raise
            time.sleep(2)


if __name__ == "__main__":
    sys.exit(main())
