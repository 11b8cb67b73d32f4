"""Make the database ready for the campaign (in the server's environment).

Usage: prepare.py DATABASE SMTP_PORT BASE_URL. Safe to run any number of times.
"""

import sys
import time
from datetime import UTC, datetime, timedelta

import odoo.init  # noqa: F401 (makes the rest of the package importable)
from odoo import SUPERUSER_ID, api
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.tools import config

from demo_job.prepare_stores import recommend, set_up_stores

JUDGED_AFTER = 12  # seconds
# Passwords of a demonstration on this machine only.
MARKETER = {"name": "Mara Marketer", "login": "mara", "password": "mara"}


def prepare(env, smtp_port: int, base_url: str) -> None:
    _keep_dates_recent(env)
    _set_up_company(env, base_url)
    _set_up_mail(env, smtp_port)
    _set_up_marketer(env)
    set_up_stores(env)
    env["marketing.engagement.projection"]._run()
    env["customer.profile"]._refresh_full(env.company)
    env["customer.pattern"]._refresh_company(env.company.id)
    env["customer.segment"].search([]).action_refresh()


def _keep_dates_recent(env) -> None:
    """Move the loaded orders on by whole weeks when the demo runs again much later."""
    env.cr.execute("SELECT max(date_order) FROM sale_order WHERE name LIKE 'CJ%'")
    (last,) = env.cr.fetchone()
    now = datetime.now(UTC).replace(tzinfo=None)
    weeks = max(0, (now - timedelta(days=1) - last).days // 7)
    if weeks:
        env.cr.execute(
            "UPDATE sale_order SET date_order = date_order + make_interval(weeks => %s)"
            " WHERE name LIKE 'CJ%%'",
            [weeks],
        )
        env.cr.execute(
            "UPDATE store_campaign_result"
            " SET period_start = period_start + %s, period_end = period_end + %s",
            [7 * weeks, 7 * weeks],
        )
        print(f"  dates moved on by {weeks} more weeks", flush=True)


def _set_up_company(env, base_url: str) -> None:
    env.company.write(
        {
            "name": "Corner Market",
            "email": "hello@cornermarket.example.com",
            "marketing_postal_address": "Corner Market, 1 Market Square, Cincinnati",
            # the demo is run at any hour
            "marketing_quiet_hours": False,
        }
    )
    if "iap_enrich_auto_done" in env.company._fields:
        # The web client would ask a service on the internet about the company.
        env.company.iap_enrich_auto_done = True
    parameters = env["ir.config_parameter"].sudo()
    parameters.set_param("web.base.url", base_url)
    parameters.set_param("web.base.url.freeze", "True")


def _set_up_mail(env, smtp_port: int) -> None:
    """Point one provider at the local mail server."""
    server = env["ir.mail_server"].search([("name", "=", "Local mail server")], limit=1)
    values = {
        "name": "Local mail server",
        "smtp_host": "127.0.0.1",
        "smtp_port": smtp_port,
        "smtp_encryption": "none",
        "smtp_authentication": "login",
    }
    if server:
        server.write(values)
    else:
        server = server.create(values)
    provider = env["delivery.provider"].search([("mail_server_id", "=", server.id)])
    if not provider:
        provider.create(
            {
                "name": "Local mail server",
                "provider_type": "smtp",
                "mail_server_id": server.id,
                "cap_per_hour": 20_000,
                "cap_per_day": 100_000,
            }
        )


def _set_up_marketer(env) -> None:
    groups = (
        "marketing_base.group_manager",
        "sales_team.group_sale_salesman_all_leads",
    )
    commands = [Command.link(env.ref(group).id) for group in groups]
    user = env["res.users"].search([("login", "=", MARKETER["login"])])
    if not user:
        user.create({**MARKETER, "group_ids": commands})


def _wait_for_clicks(registry) -> None:
    """Wait until the last clicks can be judged, which takes ten seconds after them.

    Loading the purchases takes longer; a test loads hardly any.
    """
    with registry.cursor() as cr:
        cr.execute(
            "SELECT extract(epoch FROM now() AT TIME ZONE 'UTC' - max(received_at))"
            " FROM marketing_event WHERE event_type = 'email_clicked'"
        )
        (age,) = cr.fetchone()
    if age is not None and age < JUDGED_AFTER:
        time.sleep(JUDGED_AFTER - float(age))


def fit_models(registry) -> None:
    """Run the jobs of the prediction models that wait: the first ones, a week's later.

    Each has transactions of its own, and the fits queue the scoring of all customers.
    """
    due = """
        SELECT id FROM marketing_job
         WHERE model = 'prediction.model' AND state = 'pending'
           AND run_at <= now() AT TIME ZONE 'UTC' ORDER BY id
    """
    while True:
        with registry.cursor() as cr:
            cr.execute(due)
            jobs = [job_id for (job_id,) in cr.fetchall()]
            runner = api.Environment(cr, SUPERUSER_ID, {})["marketing.job"]
            cr.commit()
            done = [job_id for job_id in jobs if runner._execute(job_id)]
        if not done:
            return


def _say_models(env) -> None:
    for model in env["prediction.model"].search([], order="id"):
        if model.state in ("in_use", "refused"):
            print(f"  {model.display_name}: {model.state}, {model.reason}", flush=True)


def main(database: str, smtp_port: int, base_url: str) -> None:
    config.parse_config(["-d", database, "--log-level", "warn"])
    registry = Registry(database)
    _wait_for_clicks(registry)
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
        prepare(env, smtp_port, base_url)
    fit_models(registry)
    recommend(registry)
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        env["customer.segment"].search([]).action_refresh()
        _say_models(env)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
