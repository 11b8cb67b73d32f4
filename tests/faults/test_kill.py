"""F2: kill -9 of every sender, again and again, while messages leave."""

import random
from functools import partial

import pytest
from account import check
from ledger import volume
from stage import wait_for

KILLS = volume(20, 150)
PROCESSES = 2
AUDIENCE = volume(3000, 20_000)


def reached(launcher, sink, goal):
    """Whether so many were accepted; what dead processes hold is given back."""
    launcher.sweep()
    return len(sink.addresses()) >= goal


@pytest.mark.parametrize("sink", [0.01], indirect=True)
def test_kills(stage, launcher, sink, ledger):
    addresses = [f"customer{n}@kill.example" for n in range(AUDIENCE)]
    campaign_id = stage.campaign(sink.port, addresses)
    clock = random.Random(20)
    for _kill in range(KILLS):
        pids = [launcher.send(campaign_id) for _process in range(PROCESSES)]
        # by messages, not by time: a slow machine must not run out of them
        goal = len(sink.addresses()) + clock.randint(5, 90)
        wait_for(partial(reached, launcher, sink, goal))
        assert not any(map(launcher.has_ended, pids)), "nothing left to kill"
        for pid in pids:
            launcher.kill(pid)
        wait_for(lambda pids=pids: all(map(launcher.has_ended, pids)))
        launcher.sweep()
    stage.finish(launcher, campaign_id, seconds=volume(90, 600))
    account = check(stage, sink, campaign_id, AUDIENCE)
    ledger.note("F2 kill -9 of senders", KILLS * PROCESSES, account)
    states = stage.states(campaign_id)
    assert set(states) <= {"sent", "in_doubt"}
    assert states["in_doubt"] <= KILLS * PROCESSES
    assert stage.status(campaign_id) == "completed"
    print(f"in doubt {states['in_doubt']} after {KILLS} kills of {PROCESSES}")
