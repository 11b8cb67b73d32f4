"""Load the exported purchases into a database, all or nothing.

Usage: load.py DATABASE FOLDER (in the server's environment).
"""

import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import odoo.init  # noqa: F401 (makes the rest of the package importable)
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import config

from demo_job.load_catalogue import load_customers, load_products
from demo_job.load_orders import load_orders
from demo_job.load_stores import load_stores
from demo_job.newsletters import load_newsletters

STAGING = """
    CREATE TEMP TABLE stage_product (
        product_id int PRIMARY KEY, department text, category text, product_type text,
        brand text, package_size text, price numeric);
    CREATE TEMP TABLE stage_basket (
        basket_id bigint PRIMARY KEY, household_id int, bought_at timestamp);
    CREATE TEMP TABLE stage_line (
        basket_id bigint, product_id int, quantity numeric, sales_value numeric);
"""


def load(env, folder: Path) -> None:
    """Fill the database of ``env``; every step is one statement over all rows."""
    started = time.monotonic()

    def say(count: int, what: str) -> None:
        print(f"  {count:,} {what} ({time.monotonic() - started:.0f} s)", flush=True)

    _stage(env.cr, folder)
    weeks = _move_dates(env.cr)
    say(load_customers(env), "customers")
    agreed, left = _load_consent(env)
    say(agreed, f"consents, {left} of them withdrawn since")
    messages, clicks = load_newsletters(env)
    say(messages, f"made-up messages of the last months, {clicks:,} of them clicked")
    count, product = load_products(env)
    say(count, "products")
    orders, lines = load_orders(env, product)
    say(orders, f"confirmed sale orders with {lines:,} lines")
    stores, results = load_stores(env, folder, weeks)
    say(results, f"results of printed mail in {stores} stores")
    env.cr.execute("ANALYZE")


def _stage(cr, folder: Path) -> None:
    cr.execute(STAGING)
    for table in ("product", "basket", "line"):
        with (folder / f"{table}s.csv").open() as stream:
            cr.copy_expert(
                f"COPY stage_{table} FROM STDIN (FORMAT csv, HEADER)", stream
            )
    cr.execute("CREATE INDEX ON stage_line (basket_id)")


def _move_dates(cr) -> int:
    """Move all dates by whole weeks, so that the last basket is of the last days."""
    cr.execute("SELECT max(bought_at) FROM stage_basket")
    (last,) = cr.fetchone()
    now = datetime.now(UTC).replace(tzinfo=None)
    weeks = max(0, (now - timedelta(days=1) - last).days // 7)
    cr.execute(
        "UPDATE stage_basket SET bought_at = bought_at + make_interval(weeks => %s)",
        [weeks],
    )
    age = (now - last).days - 7 * weeks
    print(
        f"  dates moved by {weeks} whole weeks, so that weekdays stay true: "
        f"the last basket is {age} day(s) old",
        flush=True,
    )
    return weeks


def _load_consent(env) -> tuple[int, int]:
    """Most customers agreed at the till; some never did, some left again."""
    env.cr.execute(
        "SELECT partner_id, email, household_id FROM person WHERE email <> ''"
    )
    people = env.cr.fetchall()
    consent = env["email.subscription.preference"]
    agreed = [(partner, email) for partner, email, number in people if number % 11]
    consent._opt_in_many(env.company, agreed, source="loyalty card form")
    left = [email for _partner, email, number in people if number % 23 == 5]
    for email in left:
        consent._opt_out(
            env.company.id,
            "email",
            consent._address_key("email", email),
            reason="Too many e-mails",
            source="demo",
            address=email,
        )
    return len(agreed), len(left)


def main(database: str, folder: Path) -> None:
    config.parse_config(["-d", database, "--log-level", "warn"])
    with Registry(database).cursor() as cr:
        load(api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True}), folder)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
