#!/usr/bin/env python3
"""How long the editor of segments waits for a count, by kind of condition.

    python3 benchmarks/segment_count.py --database NAME [--customers 1000000]
        [--orders 3000000] [--rounds 5] [--explain]

Makes a company with customers and orders (a second run uses it again), with messages
and events when marketing_campaign is installed, and counts the customers of rules of
each kind as a marketing user, to whom record rules apply, the first time and warm.
Each count is compared with the members themselves, each once. CPU is that of
PostgreSQL, of all its processes, in seconds: other work on the machine changes it
less. `--explain` prints the plan of each rule that is above the limits. Needs a
database with marketing_segment installed; use a scratch one, and drop the caches of
the machine before, for a cold first time.
"""

import argparse
import statistics
import sys

import odoo_shell

WARM, FIRST = 0.3, 1.0


def report(figures):
    """Print the table; return whether every rule is within the limits and right."""
    print(f"{figures['customers']:,} customers, {figures['orders']:,} orders\n")
    print(f"{'rule':44} {'customers':>10} {'first':>8} {'median':>8} {'CPU':>7}")
    fine = True
    for rule in figures["rules"]:
        median = statistics.median(rule["warm"])
        is_fine = rule["is_right"] and median <= WARM and rule["first"] <= FIRST
        fine = fine and is_fine
        mark = "" if is_fine else "  <- above" if rule["is_right"] else "  <- wrong"
        print(
            f"{rule['name']:44} {rule['count']:10,} {rule['first']:8.3f} "
            f"{median:8.3f} {statistics.median(rule['cpu']):7.2f}{mark}"
        )
        if rule["plan"] and not is_fine:
            print("\n".join(f"    {line}" for line in rule["plan"]))
    print(f"\nlimits: {WARM} s warm, {FIRST} s the first time")
    return fine


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--database", required=True)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--orders", type=int, default=3_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--explain", action="store_true")
    options = parser.parse_args()
    figures = odoo_shell.call(
        options.database, "segment_count_work", "run", vars(options)
    )
    sys.exit(0 if report(figures) else 1)


if __name__ == "__main__":
    main()
