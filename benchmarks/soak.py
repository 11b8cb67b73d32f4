#!/usr/bin/env python3
"""Odoo, a Celery worker and a mail server under load and faults for half an hour.

    python3 benchmarks/soak.py --database NAME [--minutes 30] [--audience 20000]
        [--fault-every 30]     0: no faults

Sends one campaign after another to the same customers while shoppers read and click
and users open lists. Every `--fault-every` seconds a process of the worker, the whole
worker or its connections are killed. At the end the mail server's own log is compared
with the database: nobody got a message twice, nobody was lost, the doubts are at most
one a process and kill, no counter differs from a recount, and the memory of the
processes that were not killed is flat. Needs a database with marketing_campaign
installed and the user admin with the password admin; use a scratch one.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import odoo_shell
from soak_actors import Servers, Shoppers, Users
from soak_faults import Faults, Memory

DOUBTFUL = ("in_doubt",)
GROWTH_LIMIT = 1.1


def main():
    options = _parse()
    folder = Path(tempfile.mkdtemp(prefix="soak-"))
    with Servers(options, folder) as servers:
        figures = _soak(options, servers)
    return _report(figures, folder)


def _parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--database", required=True)
    parser.add_argument("--port", type=int, default=8497)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--audience", type=int, default=20_000)
    parser.add_argument("--fault-every", type=int, default=30)
    return parser.parse_args()


def _soak(options, servers):
    campaign = odoo_shell.call(
        options.database,
        "soak_stage",
        "prepare",
        {"port": servers.sink_port, "audience": options.audience},
    )
    servers.start(options.database)
    faults, memory = Faults(servers, options), Memory(servers)
    actors = [Shoppers(servers, options), Users(servers), faults, memory]
    for actor in actors:
        actor.start()
    ids = _send_campaigns(servers, campaign, 60 * options.minutes)
    for actor in actors:
        actor.stop()
    recount = odoo_shell.call(options.database, "soak_stage", "recount", ids)
    return {
        **recount,
        "campaigns": len(ids),
        "accepted": Counter(servers.accepted()),
        "kills": faults.kills,
        "errors": [error for actor in actors for error in actor.errors],
        "memory": memory.summary(),
    }


def _send_campaigns(servers, values, seconds):
    """Send until the time is over, and let the last one end; return their ids."""
    session, ids = servers.session(), []
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        campaign_id = session.call("email.campaign", "create", values)
        session.call("email.campaign", "action_send_now", [campaign_id])
        ids.append(campaign_id)
        _wait_completed(session, campaign_id)
    return ids


def _wait_completed(session, campaign_id, patience=900):
    deadline = time.monotonic() + patience
    while (
        session.read("email.campaign", campaign_id, ["status"])["status"] == "running"
    ):
        if time.monotonic() > deadline:
            raise SystemExit(f"The campaign {campaign_id} does not end.")
        time.sleep(2)


def _report(figures, folder):
    states, accepted = figures["states"], figures["accepted"]
    doubts = {key for key, state in states.items() if state in DOUBTFUL}
    sent = {key for key, state in states.items() if state == "sent"}
    checks = {
        "sent twice": [key for key, times in accepted.items() if times > 1],
        "sent, but never arrived": sorted(sent - set(accepted)),
        "arrived, but neither sent nor in doubt": sorted(set(accepted) - sent - doubts),
        "neither sent nor in doubt": sorted(set(states) - sent - doubts),
        "counters that differ": figures["wrong"],
        "errors of shoppers and users": figures["errors"],
        "doubts beyond the kills": sorted(doubts)[2 * figures["kills"] :],
        "memory that grows": [
            f"{name}: {first:.0f} to {last:.0f} MB"
            for name, (first, last) in figures["memory"].items()
            if last > GROWTH_LIMIT * first
        ],
    }
    print(
        f"{figures['campaigns']} campaigns, {len(sent):,} messages sent,"
        f" {figures['kills']} kills, {len(doubts)} in doubt"
    )
    for name, (first, last) in figures["memory"].items():
        print(f"memory of {name}: {first:.0f} MB early, {last:.0f} MB late")
    for name, found in checks.items():
        print(f"{name}: {len(found)}", *found[:5], sep="\n    " if found else "")
    print(f"logs: {folder}")
    return any(checks.values())


if __name__ == "__main__":
    sys.exit(main())
