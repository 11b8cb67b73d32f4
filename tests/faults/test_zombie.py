"""A sender that sleeps past its lease is not dead, and must not act when it wakes."""

import signal
import time

import pytest
from account import check
from stage import wait_for

AUDIENCE = 400


@pytest.fixture
def stopped(stage, launcher, sink):
    """A campaign and its first sender, stopped in the middle of a batch."""
    addresses = [f"customer{n}@zombie.example" for n in range(AUDIENCE)]
    campaign_id = stage.campaign(sink.port, addresses)
    pid = launcher.send(campaign_id)
    wait_for(lambda: len(sink.addresses()) > 20)
    launcher.kill(pid, signal.SIGSTOP)
    return campaign_id, pid


@pytest.mark.parametrize("sink", [0.02], indirect=True)
def test_sleep_past_the_lease(stage, launcher, sink, stopped, ledger):
    campaign_id, zombie = stopped
    time.sleep(3.5)
    launcher.sweep()
    submitting = stage.keys(campaign_id, "submitting")
    other = launcher.send(campaign_id)
    wait_for(lambda: len(sink.addresses()) > 200)
    assert not submitting & stage.keys(campaign_id, "sent", "queued", "in_doubt")
    launcher.kill(zombie, signal.SIGCONT)
    wait_for(lambda: launcher.has_ended(zombie) and launcher.has_ended(other))
    stage.finish(launcher, campaign_id)
    account = check(stage, sink, campaign_id, AUDIENCE)
    ledger.note("F4 sleeping senders", 1, account)
    assert stage.states(campaign_id)["sent"] >= AUDIENCE - 1


@pytest.mark.parametrize("sink", [0.02], indirect=True)
def test_sleep_past_the_doubt(stage, launcher, sink, stopped, ledger):
    """Long silence is a doubt; the late answer of the sleeper still clears it up."""
    campaign_id, zombie = stopped
    submitting = stage.keys(campaign_id, "submitting")
    assert submitting
    time.sleep(8.5)
    launcher.sweep()
    assert stage.keys(campaign_id, "in_doubt") == submitting
    launcher.kill(zombie, signal.SIGCONT)
    wait_for(lambda: launcher.has_ended(zombie))
    stage.finish(launcher, campaign_id)
    account = check(stage, sink, campaign_id, AUDIENCE)
    ledger.note("F4 sleeping senders", 1, account)
    late = stage.states(campaign_id)
    assert late["in_doubt"] <= 1
    assert late["sent"] + late["in_doubt"] + late["failed"] == AUDIENCE
    assert 0 < late["failed"] < 10, "never begun, and too late to be sent"
