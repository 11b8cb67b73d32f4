"""Load Odoo once, then fork real senders on request.

Usage: launcher.py CONFIGURATION DATABASE. Reads lines from standard input:
``create PROVIDER`` creates a campaign and prints its id; ``send CAMPAIGN CONNECTIONS``
forks a process that pumps until the campaign is done and prints its pid; ``sweep``
runs the sweeper in a forked process and prints its exit code; ``enqueue CAMPAIGN``
queues its jobs; ``confirm`` lets a restored database send; ``feedback PROVIDER
KEY …`` records that the provider delivered these messages; ``reap PID`` tells how a
process ended; ``read_queue PROVIDER`` forks a process that reads its event queue.

``send`` and ``sweep`` take words that break the forked process, values percent-encoded:
``crash=POINT:HIT`` (crash_points.py), ``sabotage=BUILD`` (sabotage.py),
``watch=FILE`` and ``hold=FILE`` (gate_watch.py), and ``skew=SECONDS``, which sets its
clock forward or back.
"""

import os
import signal
import sys
import time
import traceback
from urllib.parse import unquote

import planning

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


def read_webhooks(registry):
    """Do what the job does that reads webhooks, until it is killed."""
    while True:
        with registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            env["delivery.webhook"]._pump_process()
        time.sleep(0.05)


def opt_out(registry, people, log):
    """Do what the page does for each person, one transaction each; log each commit.

    ``people`` is a file of lines ``company address_key address``.
    """
    with open(people) as lines, open(log, "w") as done:
        for line in lines:
            company_id, key, address = line.split()
            with registry.cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})
                env["email.subscription.preference"]._opt_out(
                    int(company_id), "email", key, source="provider", address=address
                )
            done.write(f"{time.monotonic_ns()} {address}\n")
            done.flush()


def read_queue(registry, provider_id):
    """Read a provider's event queue until it is empty."""
    with registry.cursor() as cr:
        providers = api.Environment(cr, SUPERUSER_ID, {})["delivery.provider"]
        providers._pump_read_ses_queue(int(provider_id))


def project(registry, campaign_id):
    """Count what the log holds, as the crons and their jobs do."""
    for model in ("marketing.engagement.projection", "email.deliverability.stats"):
        with registry.cursor() as cr:
            api.Environment(cr, SUPERUSER_ID, {})[model]._run()
    with registry.cursor() as cr:
        campaigns = api.Environment(cr, SUPERUSER_ID, {})["email.campaign"]
        if hasattr(campaigns, "_refresh_statistics"):
            campaigns.browse(int(campaign_id))._refresh_statistics()


def enqueue(registry, campaign_id):
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        env["email.campaign"].browse(int(campaign_id))._enqueue_delivery()


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


def watch(path):
    import gate_watch

    gate_watch.watch(path)


def hold(path):
    import gate_watch

    gate_watch.hold(path)


BREAKS = {
    "crash": crash,
    "sabotage": sabotage_build,
    "skew": skew,
    "watch": watch,
    "hold": hold,
}


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


# These go on by themselves, those are waited for.
STARTED = {
    "read_webhooks": read_webhooks,
    "read_queue": read_queue,
    "opt_out": opt_out,
    "execute_plan": planning.execute,
    "reopen_plan": planning.reopen,
}
AWAITED = {
    "enqueue": enqueue,
    "project": project,
    "confirm": confirm,
    "prepare_plan": planning.prepare,
}


def main(configuration, database):
    config.parse_config(["-c", configuration, "-d", database, "--no-http"])
    registry = Registry(database)
    sql_db.close_all()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    print("ready", flush=True)
    for line in sys.stdin:
        command, *arguments = line.split()
        print(obey(registry, command, arguments), flush=True)
        if command == "create":
            sql_db.close_all()


def obey(registry, command, arguments):
    """Return what one command answers: a process, a status, or a new id."""
    if command in STARTED:
        return fork(STARTED[command], registry, *map(unquote, arguments))
    if command in AWAITED:
        return _wait(fork(AWAITED[command], registry, *arguments))
    if command == "send":
        campaign_id, connections, *breaks = arguments
        numbers = int(campaign_id), int(connections)
        return fork(send, registry, *numbers, breaks=breaks)
    if command == "create":
        return create(registry, int(arguments[0]))
    if command == "sweep":
        return _wait(fork(sweep, registry, breaks=arguments))
    if command == "feedback":
        provider_id, *keys = arguments
        return _wait(fork(feedback, registry, int(provider_id), keys))
    assert command == "reap", command
    return _reap(int(arguments[0]))


def _wait(pid):
    _pid, status = os.waitpid(pid, 0)
    return status


def _reap(pid):
    """Return the exit status, or ``running``."""
    done, status = os.waitpid(pid, os.WNOHANG)
    return status if done else "running"


if __name__ == "__main__":
    main(*sys.argv[1:])
