"""Load Odoo once, then fork real senders on request.

Usage: launcher.py CONFIGURATION DATABASE. Reads lines from standard input:
``create PROVIDER`` creates a campaign and prints its id; ``send CAMPAIGN CONNECTIONS``
forks a process that pumps until the campaign is done and prints its pid; ``sweep``
runs the sweeper in a forked process and prints its exit code; ``enqueue CAMPAIGN``
queues its jobs; ``confirm`` lets a restored database send; ``feedback PROVIDER
KEY …`` records that the provider delivered these messages; ``reap PID`` tells how a
process ended.

``send`` and ``sweep`` take words that break the forked process, values percent-encoded:
``crash=POINT:HIT`` (crash_points.py), ``sabotage=BUILD`` (sabotage.py) and
``skew=SECONDS``, which sets its clock forward or back.
"""

import os
import signal
import sys
import time
import traceback
from urllib.parse import unquote

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


def enqueue(registry, campaign_id):
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        env["email.campaign"].browse(campaign_id)._enqueue_delivery()


def break_process(words):
    """Break this process as the words of a command say."""
    for word in words:
        name, _equals, value = word.partition("=")
        BREAKS[name](unquote(value))


def crash(value):
    import crash_points

    name, _colon, hit = value.rpartition(":")
    crash_points.arm(name, int(hit))


def sabotage_build(name):
    import sabotage

    sabotage.BUILDS[name]()


def skew(seconds):
    """Set the clock of this process, not the machine's."""
    original, seconds = time.time, float(seconds)
    time.time = lambda: original() + seconds


BREAKS = {"crash": crash, "sabotage": sabotage_build, "skew": skew}


def fork(function, *arguments, breaks=()):
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        break_process(breaks)
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
            campaign_id, connections, *breaks = arguments
            numbers = int(campaign_id), int(connections)
            print(fork(send, registry, *numbers, breaks=breaks), flush=True)
        elif command == "create":
            print(create(registry, int(arguments[0])), flush=True)
            sql_db.close_all()
        elif command == "sweep":
            print(_wait(fork(sweep, registry, breaks=arguments)), flush=True)
        elif command == "feedback":
            provider_id, *keys = arguments
            process = fork(feedback, registry, int(provider_id), keys)
            print(_wait(process), flush=True)
        elif command == "enqueue":
            print(_wait(fork(enqueue, registry, int(arguments[0]))), flush=True)
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
