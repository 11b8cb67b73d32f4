"""Each way in which Amazon SES can refuse, stall or lie, through the real sender.

One message is one request, so a fault is one message's, and the others must not feel
it. What the peer has really taken is counted there: no message twice.
"""

import json
import signal
from collections import Counter
from datetime import UTC, datetime

import pytest
from account import settle
from ledger import LEDGER
from ses_peer import SEND
from sns_signer import record
from stage import wait_for

SIZE = 12
DELETE = "AmazonSQS.DeleteMessageBatch"
FAULTY = SIZE // 2  # its place in the campaign
ALL_SENT = {"sent": SIZE}
ONE_DOUBT = {"in_doubt": 1, "sent": SIZE - 1}
ONE_FAILED = {"failed": 1, "sent": SIZE - 1}
ANSWERED = {
    "200": (ALL_SENT, None),
    "400": (ONE_FAILED, "rejected"),
    "413": (ONE_FAILED, "rejected"),
    "rejected": (ONE_FAILED, "rejected"),
}
UNANSWERED = (
    *("empty", "truncated", "page", "301", "500", "502", "503", "504"),
    *("reset", "cut", "garbage", "hang", "trickle"),
)
# fault -> how long its message waits, at least and at most (seconds)
WAITS = {"429": (0, 5), "throttling": (0, 5), "sandbox": (3500, 3600)}
# fault -> how long it and all that follow wait
RESTS = {
    "busy": (90, 120),
    "date": (270, 300),
    "forever": (3500, 3600),
    "quota": (3500, 3600),
}
# fault -> what the provider's form says
DOWN = {
    "401": "not known to AWS",
    "403": "lacks a permission",
    "404": "configuration set",
    "suspended": "suspended",
    "paused": "paused",
    "unverified": "not verified",
}
ALL_STATES = ("queued", "claimed", "submitting", "sent", "failed", "in_doubt")


def campaign_with(stage, provider_id, fault):
    """Create a campaign in whose middle stands the fault."""
    addresses = [f"ok{number}.{fault}@peer.example" for number in range(SIZE - 1)]
    addresses.insert(FAULTY, f"http-{fault}.x@peer.example")
    return stage.campaign_of(provider_id, addresses)


def look(stage, campaign_id):
    """Return the faulty message's reason, attempts, and seconds until its turn."""
    return stage.query(
        """SELECT reason, attempt, EXTRACT(epoch FROM not_before
                  - (clock_timestamp() AT TIME ZONE 'UTC'))::float
             FROM campaign_recipient
            WHERE campaign_id = %s AND email_address LIKE 'http-%%'""",
        campaign_id,
    )[0]


def stop(launcher, pid, number=signal.SIGKILL):
    launcher.kill(pid, number)
    wait_for(lambda: launcher.has_ended(pid))


def check_peer(stage, peer, campaign_id):
    """No message twice; what is sent was taken, what was taken is sent or in doubt."""
    mine = stage.keys(campaign_id, *ALL_STATES)
    taken = {key: n for key, n in peer.accepted.items() if key in mine}
    assert set(taken.values()) <= {1}
    sent = stage.keys(campaign_id, "sent")
    assert sent <= set(taken)
    assert set(taken) <= sent | stage.keys(campaign_id, "in_doubt")
    LEDGER.note("F8 Amazon SES", 1, settle(stage, peer.accepted, campaign_id))


@pytest.mark.parametrize("fault", ANSWERED)
def test_answered(stage, launcher, ses_peer, ses_provider_id, fault):
    states, reason = ANSWERED[fault]
    campaign_id = campaign_with(stage, ses_provider_id, fault)
    launcher.send(campaign_id)
    wait_for(lambda: stage.status(campaign_id) == "completed")
    assert stage.states(campaign_id) == Counter(states)
    assert look(stage, campaign_id)[0] == reason
    assert len(ses_peer.calls) == SIZE
    check_peer(stage, ses_peer, campaign_id)


@pytest.mark.parametrize("fault", UNANSWERED)
def test_unanswered(stage, launcher, ses_peer, ses_provider_id, fault):
    """One request at the server, one doubt, and nothing ever repeats it."""
    campaign_id = campaign_with(stage, ses_provider_id, fault)
    launcher.send(campaign_id)
    wait_for(lambda: stage.status(campaign_id) == "completed")
    assert stage.states(campaign_id) == Counter(ONE_DOUBT)
    launcher.sweep()
    pid = launcher.send(campaign_id)
    wait_for(lambda: launcher.has_ended(pid))
    assert Counter(ses_peer.calls) == Counter(stage.keys(campaign_id, *ALL_STATES))
    assert stage.states(campaign_id) == Counter(ONE_DOUBT)
    assert look(stage, campaign_id)[0] == "no_answer"
    check_peer(stage, ses_peer, campaign_id)


@pytest.mark.parametrize("fault", WAITS)
def test_one_waits(stage, launcher, ses_peer, ses_provider_id, fault):
    """The others go on; waiting costs no attempt."""
    campaign_id = campaign_with(stage, ses_provider_id, fault)
    pid = launcher.send(campaign_id)
    wait_for(lambda: stage.count(campaign_id, "sent") == SIZE - 1)
    wait_for(lambda: look(stage, campaign_id)[2] is not None)
    stop(launcher, pid)
    stage.let_transactions_end()
    launcher.sweep()
    wait_for(lambda: stage.count(campaign_id, "claimed") == 0)
    reason, attempts, seconds = look(stage, campaign_id)
    low, high = WAITS[fault]
    # too fast: its five seconds may be over, and it may have been asked again
    assert (reason, attempts) == ("deferred", 0) and seconds <= high
    assert low == 0 or seconds >= low
    check_peer(stage, ses_peer, campaign_id)


@pytest.mark.parametrize("fault", RESTS)
def test_all_rest(stage, launcher, ses_peer, ses_provider_id, fault):
    campaign_id = campaign_with(stage, ses_provider_id, fault)
    pid = launcher.send(campaign_id)
    wait_for(lambda: stage.provider(campaign_id)[0] == "down")
    wait_for(lambda: stage.states(campaign_id)["queued"] == SIZE - FAULTY)
    stop(launcher, pid)
    _reason, attempts, seconds = look(stage, campaign_id)
    low, high = RESTS[fault]
    assert attempts == 0 and low <= seconds <= high
    assert len(ses_peer.calls) == FAULTY + 1
    check_peer(stage, ses_peer, campaign_id)


@pytest.mark.parametrize("fault", DOWN)
def test_down(stage, launcher, ses_peer, ses_provider_id, fault):
    """It stops the provider, and costs no message an attempt."""
    campaign_id = campaign_with(stage, ses_provider_id, fault)
    pid = launcher.send(campaign_id)
    wait_for(lambda: stage.provider(campaign_id)[0] == "down")
    assert DOWN[fault] in stage.provider(campaign_id)[1]
    # it is tried again each second: whatever is under way comes back
    wait_for(lambda: stage.states(campaign_id)["queued"] == SIZE - FAULTY)
    stop(launcher, pid)
    assert look(stage, campaign_id)[1] == 0
    check_peer(stage, ses_peer, campaign_id)


def test_not_there(stage, launcher, ses_peer, ses_provider_id):
    ses_peer.stop()
    campaign_id = campaign_with(stage, ses_provider_id, "200")
    pid = launcher.send(campaign_id)
    wait_for(lambda: stage.provider(campaign_id)[0] == "down")
    assert "refused" in stage.provider(campaign_id)[1]
    stop(launcher, pid)
    assert stage.states(campaign_id) == {"queued": SIZE}


def test_killed_in_a_request(stage, launcher, ses_peer, ses_provider_id):
    """Only the message at hand is in doubt; those before and after are known."""
    addresses = [f"c{number:03}@peer.example" for number in range(50)]
    addresses[25] = "http-hang.x@peer.example"
    ses_peer.slow = 30
    campaign_id = stage.campaign_of(ses_provider_id, addresses)
    pid = launcher.send(campaign_id)
    wait_for(lambda: len(ses_peer.calls) == 26)
    stop(launcher, pid)
    stage.finish(launcher, campaign_id)
    assert stage.states(campaign_id) == {"sent": 49, "in_doubt": 1}
    assert stage.keys(campaign_id, "in_doubt") == {ses_peer.calls[25]}
    check_peer(stage, ses_peer, campaign_id)


def test_many_connections(stage, launcher, ses_peer, ses_provider_id):
    """Killed and started again: each message once, the account asked now and then."""
    stage.query("UPDATE delivery_provider SET connection_count = 8")
    addresses = [f"m{number:04}@peer.example" for number in range(600)]
    campaign_id = stage.campaign_of(ses_provider_id, addresses)
    pids = [launcher.send(campaign_id, 4) for _process in range(2)]
    # helpers connect once their pump has reached the provider: under load that is late
    wait_for(lambda: len(ses_peer.calls) > 100 and ses_peer.connections > 2)
    stop(launcher, pids[0])
    stage.finish(launcher, campaign_id)
    states = stage.states(campaign_id)
    assert set(states) <= {"sent", "in_doubt"} and sum(states.values()) == 600
    assert states["in_doubt"] <= 4, "at most one a connection of the killed one"
    check_peer(stage, ses_peer, campaign_id)
    assert max(Counter(ses_peer.calls).values()) == 1
    assert ses_peer.requests[f"POST {SEND}"] == len(ses_peer.calls)


def test_a_reader_of_the_queue_is_killed(stage, launcher, ses_peer, ses_provider_id):
    """Between what it has stored and its deletion: told twice, counted once."""
    size, kills = 60, 4
    stage.query(
        "UPDATE delivery_provider SET ses_queue_url = %s WHERE id = %s",
        *(ses_peer.queue_url, ses_provider_id),
    )
    addresses = [f"q{number:03}@peer.example" for number in range(size)]
    campaign_id = stage.campaign_of(ses_provider_id, addresses)
    launcher.send(campaign_id)
    wait_for(lambda: stage.status(campaign_id) == "completed")
    now = datetime.now(UTC)
    told = [
        record("Delivery", key, moment=now, message_id=f"ses-{key}")
        for key in ses_peer.calls
    ]
    ses_peer.put(*map(json.dumps, told))
    ses_peer.loses_deletions, ses_peer.slow = True, 30
    for kill in range(1, kills + 1):
        pid = launcher.read_queue(ses_provider_id)
        wait_for(lambda kill=kill: ses_peer.requests[DELETE] == kill)
        stop(launcher, pid)
        ses_peer.reappear()
    assert len(ses_peer.queue) == size
    ses_peer.loses_deletions = False
    pid = launcher.read_queue(ses_provider_id)
    wait_for(lambda: launcher.has_ended(pid))
    assert not ses_peer.queue
    pid = launcher.read_webhooks()
    totals = """SELECT sum(event_count), sum(known_count),
                       count(*) FILTER (WHERE state <> 'processed')
                  FROM delivery_webhook WHERE provider_id = %s"""
    wait_for(lambda: stage.query(totals, ses_provider_id)[0][2] == 0)
    stop(launcher, pid)
    assert stage.query(totals, ses_provider_id)[0] == (size, 10 * kills, 0)
    assert stage.count_events(campaign_id, "email_delivered") == size
    LEDGER.note("F11 queue of events", kills)
