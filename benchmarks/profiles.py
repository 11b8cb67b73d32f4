#!/usr/bin/env python3
"""Refresh of all customer profiles against the same INSERT … SELECT by hand.

    python3 benchmarks/profiles.py --database NAME [--customers 100000]
        [--orders 300000] [--rounds 3]

Writes a company with customers, orders and lines into the database (about 20 s), then
alternates, each time into an emptied table: (a) the facts and scores in one INSERT …
SELECT by hand, (b) the full refresh as the nightly job runs it. Afterwards a refresh
with nothing changed, one where every customer is a day older, and an incremental one.
Needs a database with marketing_segment installed; use a scratch one.
"""

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ODOO = str(ROOT / "scripts" / "odoo")
MARK = "PROFILE-SECONDS "
LIMIT = 1.3
MEASURE = r"""
import json, time
from datetime import timedelta
from odoo import fields
from odoo.tools import SQL
from odoo.addons.marketing_segment.profile_query import COMPUTED, fresh_profiles

customers, orders, rounds = %(customers)d, %(orders)d, %(rounds)d
cr, profiles = env.cr, env["customer.profile"]
company = env["res.company"].create({"name": "Benchmark %%d" %% time.time_ns()})
categories = env["product.category"].create([{"name": str(n)} for n in range(10)])
products = env["product.product"].create(
    [{"name": "Benchmark", "categ_id": category.id} for category in categories])
env.flush_all()
cr.execute(\"\"\"
    INSERT INTO res_partner (name, active, type, autopost_bills)
    SELECT 'Benchmark', TRUE, 'contact', 'ask' FROM generate_series(1, %%s)
    RETURNING id\"\"\", [customers])
ids = [row[0] for row in cr.fetchall()]
cr.execute("UPDATE res_partner SET commercial_partner_id = id"
    " WHERE id = ANY(%%s)", [ids])
cr.execute("SELECT setseed(0.5)")
cr.execute(\"\"\"
    INSERT INTO sale_order (name, partner_id, partner_invoice_id, partner_shipping_id,
        company_id, currency_id, currency_rate, state, date_order, amount_untaxed)
    SELECT 'B', pick.id, pick.id, pick.id, %%(company)s, %%(currency)s, 1, 'sale',
           now() - random() * interval '700 days', round((random() * 200)::numeric, 2)
      FROM (SELECT %%(first)s + floor(random() * %%(customers)s)::int AS id
              FROM generate_series(1, %%(orders)s)) pick\"\"\",
    dict(first=min(ids), customers=customers, orders=orders, company=company.id,
         currency=company.currency_id.id))
cr.execute(\"\"\"
    INSERT INTO sale_order_line (order_id, company_id, product_id, product_uom_id, name,
        product_uom_qty, price_unit, price_subtotal, customer_lead, state)
    SELECT id, company_id, (%%s::int[])[1 + floor(random() * 10)::int], %%s, 'B', 1,
           amount_untaxed, amount_untaxed, 0, 'sale'
      FROM sale_order WHERE company_id = %%s\"\"\",
    [products.ids, products.uom_id.id, company.id])
cr.commit()
cr.execute("ANALYZE res_partner, sale_order, sale_order_line, product_product")
cr.commit()

def timed(work):
    start = time.perf_counter()
    work()
    cr.commit()
    return time.perf_counter() - start

def empty():
    cr.execute("TRUNCATE customer_profile")
    cr.commit()

def by_hand():
    profiles._prepare_planner(None)
    columns = SQL(", ").join(map(SQL.identifier, COMPUTED))
    cr.execute(SQL(
        "WITH %%s INSERT INTO customer_profile"
        " (partner_id, company_id, %%s, refreshed_at)"
        " SELECT partner_id, %%s, %%s, now() FROM fresh",
        fresh_profiles(company, fields.Date.today()), columns, company.id, columns))

def dirty(number):
    cr.execute("UPDATE sale_order SET amount_untaxed = amount_untaxed + 1"
        " WHERE partner_id = ANY(%%s)", [ids[:number]])
    cr.commit()
    cr.execute("DELETE FROM customer_profile_dirty WHERE partner_id <> ALL(%%s)",
        [ids[:number]])
    cr.commit()

seconds = {"hand": [], "full": []}
for _round in range(rounds):
    empty()
    seconds["hand"].append(timed(by_hand))
    empty()
    seconds["full"].append(timed(lambda: profiles._refresh_full(company)))
cr.execute("DELETE FROM customer_profile_dirty")
cr.commit()
seconds["unchanged"] = [timed(lambda: profiles._refresh_full(company))]
dirty(1000)
seconds["marked_1000"] = [timed(profiles._refresh_dirty)]
dirty(1)
seconds["marked_1"] = [timed(profiles._refresh_dirty)]
today = fields.Date.today() + timedelta(days=1)
fields.Date.today = staticmethod(lambda: today)
seconds["next_day"] = [timed(lambda: profiles._refresh_full(company))]
seconds["rows"] = profiles.search_count([("company_id", "=", company.id)])
print("%(mark)s" + json.dumps(seconds))
"""
LABELS = {
    "hand": "INSERT … SELECT by hand",
    "full": "full refresh, empty table",
    "unchanged": "full refresh, nothing changed",
    "next_day": "full refresh, all a day older",
    "marked_1000": "incremental, 1,000 customers",
    "marked_1": "incremental, one customer",
}


def measure(options):
    """Run the rounds inside Odoo; return {name: seconds of each round}."""
    script = MEASURE % {**vars(options), "mark": MARK}
    done = subprocess.run(
        [ODOO, "shell", "-d", options.database, "--no-http", "--log-level=error"],
        input=script.replace('\\"', '"'),
        capture_output=True,
        text=True,
        check=False,
    )
    for line in done.stdout.splitlines():
        if MARK in line:
            return json.loads(line.partition(MARK)[2])
    sys.exit(f"The refresh could not be measured:\n{done.stderr[-3000:]}")


def report(seconds):
    """Print the table; return whether the ratio is within the limit."""
    rows = seconds.pop("rows")
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
    sys.exit(0 if report(measure(parser.parse_args())) else 1)


if __name__ == "__main__":
    main()
