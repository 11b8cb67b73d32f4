"""Sender processes of a benchmark: what the worker's processes do with their jobs."""

import os
import resource
import time
import traceback

from odoo import SUPERUSER_ID, api, sql_db

from odoo.addons.marketing_delivery.sender.helpers import share


def send(registry, campaign_id, connections, senders):
    """Send a campaign; return the seconds, and those of its processes' CPU."""
    start, cpu = time.perf_counter(), _read_cpu()
    parts = share(connections, senders)
    pids = [_fork(registry, campaign_id, part) for part in parts]
    statuses = [os.waitpid(pid, 0)[1] for pid in pids]
    assert not any(statuses), statuses
    return time.perf_counter() - start, _read_cpu() - cpu


def _read_cpu():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _fork(registry, campaign_id, connections):
    pid = os.fork()
    if pid:
        return pid
    code = 1
    # the parent's connections stay the parent's; psycopg2 does not close them here
    for pool in filter(None, (sql_db._Pool, sql_db._Pool_readonly)):
        pool._connections.clear()
    try:
        _send(registry, campaign_id, connections)
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def _send(registry, campaign_id, connections):
    wait = True
    while wait is not None:
        with registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            wait = env["email.campaign"]._pump_deliver(campaign_id, connections)
        if wait not in (True, None):
            time.sleep(min(wait, 0.2))
