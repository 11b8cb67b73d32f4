"""Stops of people win over messages that have not left."""

import random
import threading
import time

import pytest
from account import check, settle
from stage import Stage, wait_for

AUDIENCE = 1500


@pytest.fixture
def running(stage, launcher, sink):
    addresses = [f"customer{n}@stop.example" for n in range(AUDIENCE)]
    campaign_id = stage.campaign(sink.port, addresses)
    pids = [launcher.send(campaign_id) for _process in range(2)]
    wait_for(lambda: len(sink.addresses()) > 100)
    return campaign_id, pids


def stop(stage, sink, campaign_id, status):
    """Change the status; return how many left afterwards."""
    stage.query(
        "UPDATE email_campaign SET status = %s, write_date = now() WHERE id = %s",
        status,
        campaign_id,
    )
    before = len(sink.addresses())
    time.sleep(1)
    return len(sink.addresses()) - before


@pytest.mark.parametrize("sink", [0.005], indirect=True)
def test_pause_and_resume(stage, launcher, sink, running, ledger):
    campaign_id, pids = running
    # what the gate let through before: a batch of ten for each of two processes
    assert stop(stage, sink, campaign_id, "paused") <= 20
    wait_for(lambda: all(map(launcher.has_ended, pids)))
    assert set(stage.states(campaign_id)) == {"queued", "sent"}
    stage.query("UPDATE email_campaign SET status = 'running'")
    stage.finish(launcher, campaign_id)
    account = check(stage, sink, campaign_id, AUDIENCE)
    ledger.note("F10 pause and resume", 1, account)
    assert stage.states(campaign_id) == {"sent": AUDIENCE}


@pytest.mark.parametrize("sink", [0.005], indirect=True)
def test_cancel(stage, launcher, sink, running, ledger):
    campaign_id, pids = running
    assert stop(stage, sink, campaign_id, "cancelled") <= 20
    wait_for(lambda: all(map(launcher.has_ended, pids)))
    launcher.sweep()
    assert set(stage.states(campaign_id)) == {"cancelled", "sent"}
    account = check(stage, sink, campaign_id, AUDIENCE)
    ledger.note("F10 pause and resume", 1, account)
    assert stage.status(campaign_id) == "cancelled"


@pytest.mark.parametrize("sink", [0.003], indirect=True)
def test_opt_out_races_the_send(stage, launcher, sink, running, database, ledger):
    """Who opted out before the gate let his message through gets none."""
    campaign_id, _pids = running
    left = sorted(stage.keys_due(campaign_id))
    stopped = {}

    def opt_out():
        own, clock = Stage(database), random.Random(7)
        for number in clock.sample(range(AUDIENCE), 500):
            address = f"customer{number}@stop.example"
            own.query(
                """UPDATE email_subscription_preference SET is_subscribed = FALSE
                    WHERE email_address = %s""",
                address,
            )
            # a gate that had begun by then is no violation: let it end first
            own.let_transactions_end()
            stopped[address] = own.value(
                "SELECT state FROM campaign_recipient WHERE email_address = %s", address
            )
        own.close()

    thread = threading.Thread(target=opt_out)
    thread.start()
    thread.join()
    stage.finish(launcher, campaign_id)
    assert left
    reached = set(sink.addresses())
    late = [a for a, state in stopped.items() if state in ("queued", "claimed")]
    assert late and not reached.intersection(late)
    account = check(stage, sink, campaign_id, AUDIENCE)
    ledger.note("F14 opt-outs in the middle", len(stopped), account)
    assert (
        stage.value(
            "SELECT count(*) FROM campaign_recipient WHERE reason = 'unsubscribed'"
        )
        == stage.states(campaign_id)["skipped"]
        >= len(late)
    )


def test_poison_stops_nobody(stage, launcher, sink, ledger):
    poison = [f"poison{n}@poison.example" for n in range(10)]
    broken = ["two@x.example,three@x.example", "a@x.example\r\nBcc: b@x.example", "@x"]
    good = [f"customer{n}@poison.example" for n in range(87)]
    campaign_id = stage.campaign(sink.port, [*poison, *broken, *good])
    launcher.send(campaign_id)
    wait_for(lambda: stage.status(campaign_id) == "completed")
    assert stage.states(campaign_id) == {"sent": 87, "failed": 13}
    assert sorted(sink.addresses()) == sorted(good)
    ledger.note("F13 poison", 13, settle(stage, sink.keys(), campaign_id))
    assert dict(
        stage.query(
            "SELECT reason, count(*) FROM campaign_recipient GROUP BY 1 ORDER BY 1"
        )
    ) == {"render_error": 10, "bad_address": 3, None: 87}


def test_limit_of_the_provider(stage, launcher, sink):
    """Two senders share one allowance to the message."""
    addresses = [f"customer{n}@limit.example" for n in range(100)]
    campaign_id = stage.campaign(sink.port, addresses, cap_per_minute=35)
    while time.time() % 60 > 50:  # all of it belongs to one minute
        time.sleep(0.5)
    pids = [launcher.send(campaign_id) for _process in range(2)]
    time.sleep(4)
    assert len(sink.addresses()) == 35
    assert stage.states(campaign_id) == {"sent": 35, "queued": 65}
    for pid in pids:
        launcher.kill(pid)
