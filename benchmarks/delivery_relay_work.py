"""The part of the relay benchmark that runs inside Odoo."""

import senders
from delivery_work import Work

from delivery_bound import measure_size


def run(env, options):
    number, connections = options["number"], options["connections"]
    work = Work(env, {**options, "recipients": number, "peer": 0})
    work.provider.connection_count = connections
    campaign = work.create_campaign()
    work.insert_rows(campaign, number)
    elapsed, cpu = senders.send(
        env.registry, campaign.id, connections, options["senders"]
    )
    work.look_again()
    assert campaign._count_states() == {"sent": number}, campaign._count_states()
    return {
        "rate": number / elapsed,
        "cpu_ms": 1000 * cpu / number,
        "bytes": measure_size(work),
    }
