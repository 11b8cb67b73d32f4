"""F9 and F10: everybody at once, and a person who cannot decide."""

import random
import time

import pytest
from account import check
from ledger import volume
from stage import wait_for


@pytest.mark.parametrize("sink", [0.002], indirect=True)
def test_many_senders_and_sweepers(stage, launcher, sink, ledger):
    """Four dispatchers and overlapping sweeps share the messages, none gets two."""
    rounds, audience = volume(3, 20), 400
    for round_ in range(rounds):
        people = [f"customer{n}@overlap{round_}.example" for n in range(audience)]
        campaign_id = stage.campaign(sink.port, people)
        stage.query("DELETE FROM marketing_job")  # the sweeper's of the last round
        for _click in range(10):  # "Send" pressed again and again: jobs have keys
            launcher.enqueue(campaign_id)
        jobs = stage.value(
            """SELECT count(*) FROM marketing_job
                WHERE state = 'pending' AND method = '_pump_deliver'"""
        )
        assert jobs == 1, "one connection, one job"
        stage.query("DELETE FROM marketing_job")
        pids = [launcher.send(campaign_id) for _sender in range(4)]
        for _cron in range(5):
            launcher.sweep()
        wait_for(lambda pids=pids: all(map(launcher.has_ended, pids)))
        account = check(stage, sink, campaign_id, audience)
        ledger.note("F9 overlapping senders", 19, account)
        assert stage.states(campaign_id) == {"sent": audience}


@pytest.mark.parametrize("sink", [0.002], indirect=True)
def test_pause_and_resume_all_the_time(stage, launcher, sink, ledger):
    """Resuming never sends again, and "done" is said when everybody is through."""
    turns, audience = volume(10, 200), volume(1500, 20_000)
    people = [f"customer{n}@storm.example" for n in range(audience)]
    campaign_id = stage.campaign(sink.port, people)
    clock, pids = random.Random(10), []
    for turn in range(turns):
        status = ("running", "paused")[turn % 2]
        stage.query(
            """UPDATE email_campaign SET status = %s
                WHERE id = %s AND status <> 'completed'""",
            status,
            campaign_id,
        )
        if status == "running":
            pids += [launcher.send(campaign_id) for _sender in range(2)]
        time.sleep(clock.uniform(0.1, 0.6))
        is_done = stage.status(campaign_id) == "completed"
        assert is_done == (stage.count(campaign_id, "sent") == audience) or not is_done
    stage.query("UPDATE email_campaign SET status = 'running' WHERE status = 'paused'")
    stage.finish(launcher, campaign_id, seconds=volume(90, 900))
    wait_for(lambda: all(map(launcher.has_ended, pids)))
    account = check(stage, sink, campaign_id, audience)
    ledger.note("F10 pause and resume", turns, account)
    assert stage.states(campaign_id) == {"sent": audience}


@pytest.mark.parametrize("seconds", [300, -300, 26 * 3600, -26 * 3600])
@pytest.mark.parametrize("sink", [0.005], indirect=True)
def test_a_wrong_clock(stage, launcher, sink, ledger, seconds):
    """F12: leases are in the database's time; a sender's clock changes nothing."""
    people = [f"customer{n}@clock.example" for n in range(120)]
    campaign_id = stage.campaign(sink.port, people)
    wrong = launcher.send(campaign_id, skew=seconds)
    right = launcher.send(campaign_id)
    wait_for(lambda: len(sink.addresses()) > 30)
    launcher.kill(wrong)
    wait_for(lambda: launcher.has_ended(wrong))
    stage.finish(launcher, campaign_id)  # the sweeper frees what the dead one held
    wait_for(lambda: launcher.has_ended(right))
    account = check(stage, sink, campaign_id, 120)
    ledger.note("F12 wrong clocks", 1, account)
    assert len(account.in_doubt) <= 1
