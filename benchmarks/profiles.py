#!/usr/bin/env python3
"""Refresh of all customer profiles against the same INSERT … SELECT by hand.

    python3 benchmarks/profiles.py --database NAME [--customers 100000]
        [--orders 300000] [--rounds 3]

Writes a company with customers, orders and lines into the database, which a second run
uses again, then alternates, each time into an emptied table: (a) the facts and scores
in one INSERT … SELECT by hand, (b) the full refresh as the nightly job runs it.
Afterwards a refresh with nothing changed, incremental ones, and one where every
customer is a day older. Needs a database with marketing_segment installed; use a
scratch one.
"""

import argparse
import statistics
import sys

import odoo_shell

LIMIT = 1.3
MARKED = (10_000, 1_000, 1)
LABELS = {
    "hand": "INSERT … SELECT by hand",
    "full": "full refresh, empty table",
    "unchanged": "full refresh, nothing changed",
    **{f"marked_{n}": f"incremental, {n:,} customers" for n in MARKED},
    "next_day": "full refresh, all a day older",
}


def report(seconds, rows):
    """Print the table; return whether the ratio is within the limit."""
    print(f"{rows:,} profiles\n")
    for name, label in LABELS.items():
        median = statistics.median(seconds[name])
        spread = f"{min(seconds[name]):.2f}-{max(seconds[name]):.2f}"
        print(f"{label:32} {median:8.3f} s   ({spread})")
    pairs = zip(seconds["full"], seconds["hand"], strict=True)
    ratio = statistics.median(full / hand for full, hand in pairs)
    print(f"\nfull refresh / by hand: {ratio:.2f} (limit {LIMIT})")
    return ratio <= LIMIT


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--database", required=True)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--orders", type=int, default=300_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    values = {**vars(options), "marked": MARKED}
    figures = odoo_shell.call(options.database, "profiles_work", "run", values)
    sys.exit(0 if report(figures["seconds"], figures["rows"]) else 1)


if __name__ == "__main__":
    main()
