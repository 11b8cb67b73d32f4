#!/usr/bin/env python3
"""One customer against all segments, and what one per mille of changes costs them.

    python3 benchmarks/segment_one.py --database NAME [--customers 100000]
        [--orders 300000] [--segments 200] [--rounds 200] [--rules-only]

Makes a company with customers, orders and segments (a second run uses them again) and
asks for random customers in which of the segments they are: the first time in a minute,
when the rules are compiled, and every further time. Each answer is compared with the
stored members. Then the customers whose figures changed are looked at, against
refreshing all segments in full. `--rules-only` stores no members, for a million
customers: answers are compared with each segment's own selection, and the last two
steps are left out. Needs a database with marketing_segment installed; use a scratch
one.
"""

import argparse
import statistics
import sys

import odoo_shell

LIMIT = 0.010


def report(figures):
    """Print the table; return whether the median is within the limit and right."""
    found = sorted(figures["found"])
    median = statistics.median(found)
    print(f"{figures['customers']:,} customers, {figures['segments']} segments")
    print(f"{figures['members']:,} memberships\n")
    print(f"rules compiled          {figures['compiled']:8.4f} s  (once a minute)")
    print(f"one customer, median    {median:8.4f} s  (limit {LIMIT})")
    print(f"one customer, 95 %      {found[int(len(found) * 0.95)]:8.4f} s")
    print(f"answers that differ     {figures['wrong']}")
    if not figures["changed"]:
        return median <= LIMIT and not figures["wrong"]
    print(f"{figures['changed']:,} customers changed   {figures['incremental']:8.4f} s")
    print(f"all segments in full    {figures['full']:8.4f} s")
    return median <= LIMIT and not figures["wrong"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--database", required=True)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--orders", type=int, default=300_000)
    parser.add_argument("--segments", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--rules-only", action="store_true")
    options = parser.parse_args()
    figures = odoo_shell.call(
        options.database, "segment_one_work", "run", vars(options)
    )
    sys.exit(0 if report(figures) else 1)


if __name__ == "__main__":
    main()
