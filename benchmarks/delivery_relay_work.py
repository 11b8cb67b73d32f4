"""The part of the relay benchmark that runs inside Odoo, and its senders."""

import os
import time
import traceback

from delivery_work import Work

from odoo import SUPERUSER_ID, api, sql_db

from odoo.addons.marketing_delivery.sender.helpers import share


def run(env, options):
    number, connections = options["number"], options["connections"]
    work = Work(env, {**options, "recipients": number, "peer": 0})
    work.provider.connection_count = connections
    campaign = work.create_campaign()
    work.insert_rows(campaign, number)
    registry, campaign_id = env.registry, campaign.id
    parts = share(connections, options["senders"])
    start = time.perf_counter()
    pids = [_fork(registry, campaign_id, part) for part in parts]
    statuses = [os.waitpid(pid, 0)[1] for pid in pids]
    elapsed = time.perf_counter() - start
    assert not any(statuses), statuses
    work.look_again()
    assert campaign._count_states() == {"sent": number}, campaign._count_states()
    return {"rate": number / elapsed, "bytes": 43_000}


def _fork(registry, campaign_id, connections):
    """Do what a worker process does with its pump jobs."""
    pid = os.fork()
    if pid:
        return pid
    code = 1
    # the parent's connections stay the parent's; psycopg2 does not close them here
    sql_db._Pool = sql_db._Pool_readonly = None
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
