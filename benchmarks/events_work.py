"""The parts of the events benchmark that run inside Odoo."""

import csv
import io
import json
import os
import sys
import time
import uuid
from datetime import datetime, timedelta

from odoo.addons.marketing_base.intake.judge import Row
from odoo.addons.marketing_base.intake.log import log_rows
from odoo.addons.marketing_queue.isolation import read_committed

BATCH = 1000
COLUMNS = (
    "source_id, event_id, event_type, occurred_at, company_id, partner_id, properties"
)
BARE = "benchmark_bare_copy"


def get_environment(env):
    """Return the interpreter of Odoo and the variables that it needs."""
    names = ("PYTHONPATH", "ODOO_RC")
    return [sys.executable, {name: os.environ[name] for name in names}]


def make_key(env, rate):
    """Return the token of a key that may send events, nearly without limits."""
    env["ir.config_parameter"].set_param("marketing_base.api_address_limit", "1000000")
    scope = env.ref("marketing_base.api_scope_write_events")
    key = env["marketing.api.key"].create(
        {
            "name": "Benchmark",
            "rate_limit": rate,
            "user_id": env.ref("base.user_admin").id,
            "scope_ids": [(6, 0, scope.ids)],
        }
    )
    token = key._draw()
    env.cr.commit()
    return token


# === THE METHOD OF THE LOG AGAINST COPY === #


def compare_with_copy(env, events, rounds):
    """Return seconds of both, taken in turns: the log's method and a bare COPY.

    The bare one fills a table with the columns and the indexes of the log, without
    identifiers that are checked, partitions, verdicts and erased customers.
    """
    env.cr.execute(f"DROP TABLE IF EXISTS {BARE}")
    env.cr.execute(f"CREATE TABLE {BARE} (LIKE marketing_event INCLUDING ALL)")
    env.cr.commit()
    results = []
    for number in range(rounds):
        rows = [_make_row(number, n) for n in range(events)]
        results.append(
            {
                "log": _time(env, _log, rows, f"benchmark:{uuid.uuid4()}"),
                "copy": _time(env, _copy, rows, f"benchmark:{uuid.uuid4()}"),
            }
        )
    env.cr.execute(f"DROP TABLE {BARE}")
    env.cr.commit()
    return results


def _make_row(number, n):
    moment = datetime.utcnow() - timedelta(seconds=n % 80_000)
    properties = {
        "path": f"/shop/product-{n % 5000}",
        "referrer": "https://www.example.com/search",
        "session_id": uuid.uuid4().hex,
        "product_id": n % 5000,
        "price": 12.5,
        "currency": "EUR",
        "quantity": 1,
    }
    event_id = f"{int(time.time() * 1000):012x}-{number}-{n:08d}"
    text = json.dumps(properties)
    return Row(event_id, "page_view", moment.isoformat(" "), 1 + n % 9999, None, text)


def _time(env, work, rows, source):
    begun = time.perf_counter()
    for start in range(0, len(rows), BATCH):
        with env.registry.cursor() as cr:
            read_committed(cr)
            work(cr, rows[start : start + BATCH], source)
    return time.perf_counter() - begun


def _log(cr, rows, source):
    verdicts = log_rows(cr, rows, source, 1)
    assert verdicts == ["accepted"] * len(rows)


def _copy(cr, rows, source):
    lines = io.StringIO()
    csv.writer(lines).writerows(
        (source, r.event_id, r.event_type, r.occurred_at, 1, r.partner_id, r.properties)
        for r in rows
    )
    lines.seek(0)
    cr.copy_expert(f"COPY {BARE} ({COLUMNS}) FROM STDIN WITH (FORMAT csv)", lines)


# === PROJECTIONS BESIDE MILLIONS OF EVENTS === #

_FILL = """
    INSERT INTO marketing_event (source_id, event_id, event_type, occurred_at,
           received_at, company_id, partner_id, campaign_id, recipient_id, properties)
    SELECT 'odoo', 'old:' || %(stamp)s || ':' || n,
           (ARRAY['email_sent', 'email_opened', 'email_clicked', 'page_view'])
           [n %% 4 + 1],
           at, at, %(company)s, 1 + n %% 99991,
           CASE WHEN n %% 4 < 3 THEN -1 - n %% 1000 END,
           CASE WHEN n %% 4 < 3 THEN -1 - n / 4 END,
           '{"device": "desktop", "client": "chrome", "link_position": 1}'
      FROM generate_series(%(first)s::bigint, %(last)s::bigint) n,
           LATERAL (SELECT now() AT TIME ZONE 'UTC'
                    - (n %% 7776000) * interval '1 second' AS at) t
"""


def fill(env, events):
    """Add old events of other campaigns, a million a transaction."""
    stamp = str(time.time_ns())
    for first in range(0, events, 1_000_000):
        last = min(first + 1_000_000, events) - 1
        values = {"stamp": stamp, "first": first, "last": last}
        env.cr.execute(_FILL, {**values, "company": env.company.id})
        env.cr.commit()
    env.cr.execute("ANALYZE marketing_event")
    env.cr.execute("SELECT count(*) FROM marketing_event")
    [count] = env.cr.fetchone()
    env.cr.commit()
    return count


def project(env, newest, rounds):
    """Return seconds that the projections need for the newest events, and the page."""
    campaign, ids = _make_campaign(env, newest)
    projections = (
        env["marketing.engagement.projection"],
        env["campaign.daily.stats"],
    )
    for projection in projections:
        projection._run()
        env.cr.commit()
    results = []
    for number in range(rounds):
        _react(env, campaign, ids, number)
        seconds = {}
        for projection in projections:
            begun = time.perf_counter()
            projection._run()
            env.cr.commit()
            seconds[projection._name] = time.perf_counter() - begun
        seconds["page"] = _open_page(env, campaign)
        results.append(seconds)
    return results


def _make_campaign(env, recipients):
    stamp = str(time.time_ns())
    campaign = env["email.campaign"].create({"name": f"Events benchmark {stamp}"})
    env["marketing.link"].create(
        {"campaign_id": campaign.id, "position": 1, "url": "https://shop.example/1"}
    )
    env.flush_all()
    env.cr.execute(
        """INSERT INTO campaign_recipient (company_id, campaign_id, address_key, state,
                                           sent_at)
           SELECT %s, %s, %s || n, 'sent', now() AT TIME ZONE 'UTC' - interval '1 day'
             FROM generate_series(1, %s) n RETURNING id""",
        [env.company.id, campaign.id, stamp, recipients],
    )
    ids = [row[0] for row in env.cr.fetchall()]
    env.cr.execute("ANALYZE campaign_recipient")
    env.cr.commit()
    return campaign, ids


def _react(env, campaign, ids, number):
    """Each recipient opens or clicks once; long enough ago to be judged."""
    env.cr.execute(
        """INSERT INTO marketing_event (source_id, event_id, event_type, occurred_at,
                  received_at, company_id, campaign_id, recipient_id, properties)
           SELECT 'odoo', 'new:' || id || ':' || %s,
                  CASE WHEN id %% 3 = 0 THEN 'email_clicked' ELSE 'email_opened' END,
                  now() AT TIME ZONE 'UTC' - interval '1 hour',
                  now() AT TIME ZONE 'UTC' - interval '1 hour', %s, %s, id,
                  '{"link_position": 1, "device": "mobile", "client": "gmail"}'
             FROM unnest(%s) id""",
        [f"{campaign.id}:{number}", env.company.id, campaign.id, ids],
    )
    env.cr.commit()


def _open_page(env, campaign):
    """Read what the form of the campaign and its days show, as the browser asks."""
    env.invalidate_all()
    begun = time.perf_counter()
    fields = env["email.campaign"].get_view(view_type="form")["models"][
        "email.campaign"
    ]
    campaign.web_read({name: {} for name in fields})
    env["campaign.daily.stats"].formatted_read_group(
        [("campaign_id", "=", campaign.id)],
        ["day:day"],
        ["sent:sum", "delivered:sum", "opened:sum", "clicked:sum", "revenue:sum"],
    )
    return time.perf_counter() - begun
