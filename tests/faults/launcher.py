"""Load Odoo once, then fork real senders on request.

Usage: launcher.py CONFIGURATION DATABASE. Reads lines from standard input:
``create PROVIDER`` creates a campaign and prints its id; ``send CAMPAIGN CONNECTIONS``
forks a process that pumps until the campaign is done and prints its pid; ``sweep``
runs the sweeper in a forked process and prints its exit code; ``confirm`` lets a
restored database send; ``feedback PROVIDER KEY …`` records that the provider delivered
these messages; ``reap PID`` tells how a process ended.
"""

import os
import signal
import sys
import time
import traceback

import odoo.init  # noqa: F401
from odoo import SUPERUSER_ID, api, sql_db
from odoo.modules.registry import Registry
from odoo.tools import config


def send(registry, campaign_id, connections):
    """Do what the job runner does with a pump."""
    wait = True
    while wait is not None and wait is not False:
        with registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            wait = env["email.campaign"]._pump_deliver(campaign_id, connections)
        if wait is not True:
            time.sleep(min(wait or 0, 0.2))


def create(registry, provider_id):
    """Create a running campaign, with whatever the installed addons need."""
    with registry.cursor() as cr:
        campaigns = api.Environment(cr, SUPERUSER_ID, {})["email.campaign"]
        values = {
            "name": "Faults",
            "provider_id": provider_id,
            "from_name": "Shop",
            "from_email": "shop@shop.example",
        }
        campaign = campaigns.create(values)
        campaign.status = "running"
        return campaign.id


def sweep(registry):
    with registry.cursor() as cr:
        api.Environment(cr, SUPERUSER_ID, {})["marketing.job"]._sweep()


def confirm(registry):
    """Do what a person does by the button."""
    with registry.cursor() as cr:
        installation = api.Environment(cr, SUPERUSER_ID, {})["marketing.installation"]
        installation._confirm_installation("fault test")


def feedback(registry, provider_id, keys):
    """Do what the processing of a webhook does."""
    # known once the configuration is
    from odoo.addons.marketing_delivery.sender.feedback import Feedback
    from odoo.addons.marketing_queue.isolation import read_committed

    with registry.cursor() as cr:
        read_committed(cr)
        env = api.Environment(cr, SUPERUSER_ID, {})
        told = [Feedback("delivered", key, f"delivered-{key}") for key in keys]
        provider = env["delivery.provider"].browse(provider_id)
        env["delivery.feedback"]._record(provider, told)


def fork(function, *arguments):
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        function(*arguments)
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def main(configuration, database):
    config.parse_config(["-c", configuration, "-d", database, "--no-http"])
    registry = Registry(database)
    sql_db.close_all()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    print("ready", flush=True)
    for line in sys.stdin:
        command, *arguments = line.split()
        if command == "send":
            print(fork(send, registry, *map(int, arguments)), flush=True)
        elif command == "create":
            print(create(registry, int(arguments[0])), flush=True)
            sql_db.close_all()
        elif command == "sweep":
            print(_wait(fork(sweep, registry)), flush=True)
        elif command == "feedback":
            provider_id, *keys = arguments
            process = fork(feedback, registry, int(provider_id), keys)
            print(_wait(process), flush=True)
        elif command == "confirm":
            print(_wait(fork(confirm, registry)), flush=True)
        elif command == "reap":
            print(_reap(int(arguments[0])), flush=True)


def _wait(pid):
    _pid, status = os.waitpid(pid, 0)
    return status


def _reap(pid):
    """Return the exit status, or ``running``."""
    done, status = os.waitpid(pid, os.WNOHANG)
    return status if done else "running"


if __name__ == "__main__":
    main(*sys.argv[1:])
