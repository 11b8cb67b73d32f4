"""Several connections of one process: threads that share nothing but their process."""

import random
from functools import partial

import pytest
from account import check
from stage import wait_for
from test_kill import reached

AUDIENCE = 1500
CONNECTIONS = 6
KILLS = 6


@pytest.mark.parametrize("sink", [0.05], indirect=True)
def test_killed_with_all_its_connections(stage, launcher, sink, ledger):
    """At most one doubt a connection and kill, and no message twice."""
    addresses = [f"customer{n}@threads.example" for n in range(AUDIENCE)]
    campaign_id = stage.campaign(sink.port, addresses)
    clock = random.Random(6)
    for _kill in range(KILLS):
        pid = launcher.send(campaign_id, CONNECTIONS)
        goal = len(sink.addresses()) + clock.randint(20, 150)
        wait_for(partial(reached, launcher, sink, goal))
        assert not launcher.has_ended(pid), "nothing left to kill"
        launcher.kill(pid)
        wait_for(lambda pid=pid: launcher.has_ended(pid))
        launcher.sweep()
    pid = launcher.send(campaign_id, CONNECTIONS)
    stage.finish(launcher, campaign_id)
    wait_for(lambda: launcher.has_ended(pid))
    account = check(stage, sink, campaign_id, AUDIENCE)
    ledger.note("F2 kill -9 of senders", KILLS, account)
    states = stage.states(campaign_id)
    assert set(states) <= {"sent", "in_doubt"}
    assert states["in_doubt"] <= KILLS * CONNECTIONS
    # beside the six there is the one that `finish` starts
    assert CONNECTIONS <= sink.most_at_once() <= CONNECTIONS + 1
    print(f"in doubt {states['in_doubt']} after {KILLS} kills of {CONNECTIONS} threads")


def test_a_server_that_allows_fewer_connections(stage, launcher, peer):
    """Who gets no connection ends; nobody is blamed, and all is sent."""
    peer.most = 2
    campaign_id = stage.campaign(
        peer.port, [f"ok-ok.{n}@peer.example" for n in range(300)]
    )
    launcher.send(campaign_id, CONNECTIONS)
    wait_for(lambda: stage.status(campaign_id) == "completed")
    assert stage.states(campaign_id) == {"sent": 300}
    assert stage.provider(campaign_id) == ("ok", None)
    assert peer.refused >= CONNECTIONS - 2
    assert set(peer.accepted.values()) == {1}


def test_all_connections_break(stage, launcher, peer):
    """One process finds out once that the provider is down, not once a thread."""
    campaign_id = stage.campaign(
        peer.port, [f"ok-ok.{n}@peer.example" for n in range(2000)]
    )
    pid = launcher.send(campaign_id, CONNECTIONS)
    wait_for(lambda: sum(peer.accepted.values()) > 100)
    peer.stop()
    wait_for(lambda: stage.provider(campaign_id)[0] == "down")
    launcher.kill(pid)
    wait_for(lambda: launcher.has_ended(pid))
    launcher.sweep()
    assert max(peer.accepted.values()) == 1
    states = stage.states(campaign_id)
    assert sum(states.values()) == 2000
    assert states["in_doubt"] <= CONNECTIONS
