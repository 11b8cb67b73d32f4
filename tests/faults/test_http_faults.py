"""Each way in which a provider's HTTP interface can refuse, stall or lie.

Through the real sender, with SendGrid's adapter against its peer. What the peer has
really taken is counted there: no message twice, whatever became of the answer.
"""

import random
import signal
from collections import Counter

import pytest
from account import settle
from ledger import LEDGER
from sendgrid_peer import KEY
from stage import wait_for

SIZE = 12  # messages in a request, one of which brings the fault
ALL_SENT = {"sent": SIZE}
ALL_DOUBT = {"in_doubt": SIZE}
ALL_BACK = {"queued": SIZE}
ONE_FAILED = {"failed": 1, "sent": SIZE - 1}
# fault of the peer -> (states, reason of the message that brings it)
ANSWERED = {
    "200": (ALL_SENT, None),
    "202": (ALL_SENT, None),
    "empty": (ALL_SENT, None),
    "400": (ONE_FAILED, "rejected"),
    "413": (ONE_FAILED, "rejected"),
}
UNANSWERED = (
    *("truncated", "page", "301", "500", "502", "503", "504"),
    *("reset", "cut", "garbage", "hang", "trickle"),
)
# fault -> how long all of the request wait, at least and at most (seconds)
BUSY = {
    "429": (50, 60),
    "busy": (110, 120),
    "date": (280, 300),
    "forever": (3500, 3600),
}
# fault -> what the provider's form says
DOWN = {
    "401": "API key is wrong",
    "403": "not allowed to send",
    "common": "the campaign is refused",
}


@pytest.fixture
def provider_id(stage, http_peer):
    return stage.value(
        """INSERT INTO delivery_provider (name, active, provider_type, channel, state,
               sendgrid_api_key, sendgrid_url, cap_per_minute, cap_per_hour,
               cap_per_day, connection_count, failure_count, currency_id)
           VALUES ('SendGrid', TRUE, 'sendgrid', 'email', 'untested', %s, %s, 0, 0, 0,
               1, 0, (SELECT min(currency_id) FROM res_company))
           RETURNING id""",
        KEY,
        http_peer.url,
    )


def campaign_with(stage, provider_id, fault):
    """Create a campaign of one request, in whose middle stands the fault."""
    addresses = [f"ok{number}.{fault}@peer.example" for number in range(SIZE - 1)]
    addresses.insert(SIZE // 2, f"http-{fault}.x@peer.example")
    return stage.campaign_of(provider_id, addresses)


def look(stage, campaign_id):
    """Return the most attempts and the longest wait in seconds."""
    return stage.query(
        """SELECT max(attempt), EXTRACT(epoch FROM max(not_before)
                  - (clock_timestamp() AT TIME ZONE 'UTC'))::float
             FROM campaign_recipient WHERE campaign_id = %s""",
        campaign_id,
    )[0]


def stop(launcher, pid, number=signal.SIGKILL):
    launcher.kill(pid, number)
    if number == signal.SIGKILL:
        wait_for(lambda: launcher.has_ended(pid))


def check_peer(stage, peer, campaign_id):
    """No message twice; what is sent was taken, what was taken is sent or in doubt."""
    mine = stage.keys(campaign_id, *ALL_STATES)
    taken = {key: n for key, n in peer.accepted.items() if key in mine}
    assert set(taken.values()) <= {1}
    sent = stage.keys(campaign_id, "sent")
    assert sent <= set(taken)
    assert set(taken) <= sent | stage.keys(campaign_id, "in_doubt")
    LEDGER.note("F8 HTTP interface", 1, settle(stage, peer.accepted, campaign_id))


ALL_STATES = ("queued", "claimed", "submitting", "sent", "failed", "in_doubt")


def requests_of(stage, peer, campaign_id):
    mine = stage.keys(campaign_id, *ALL_STATES)
    return [call for call in peer.calls if mine & set(call)]


@pytest.mark.parametrize("fault", ANSWERED)
def test_answered(stage, launcher, http_peer, provider_id, fault):
    states, reason = ANSWERED[fault]
    campaign_id = campaign_with(stage, provider_id, fault)
    launcher.send(campaign_id)
    wait_for(lambda: stage.status(campaign_id) == "completed")
    assert stage.states(campaign_id) == Counter(states)
    assert (
        stage.value(
            """SELECT reason FROM campaign_recipient
                WHERE campaign_id = %s AND email_address LIKE 'http-%%'""",
            campaign_id,
        )
        == reason
    )
    requests = requests_of(stage, http_peer, campaign_id)
    # halved down to the one to blame: about twice the logarithm of their number
    assert len(requests) == 1 if reason is None else 1 < len(requests) <= 10
    check_peer(stage, http_peer, campaign_id)


@pytest.mark.parametrize("fault", UNANSWERED)
def test_unanswered(stage, launcher, http_peer, provider_id, fault):
    """One request at the server, all of it in doubt, and nothing ever repeats it."""
    campaign_id = campaign_with(stage, provider_id, fault)
    launcher.send(campaign_id)
    wait_for(lambda: stage.status(campaign_id) == "completed")
    assert stage.states(campaign_id) == Counter(ALL_DOUBT)
    launcher.sweep()
    pid = launcher.send(campaign_id)
    wait_for(lambda: launcher.has_ended(pid))
    assert [len(call) for call in requests_of(stage, http_peer, campaign_id)] == [SIZE]
    assert stage.states(campaign_id) == Counter(ALL_DOUBT)
    assert (
        stage.value(
            """SELECT count(*) FROM campaign_recipient WHERE campaign_id = %s
                  AND reason = 'no_answer' AND doubted_at IS NOT NULL""",
            campaign_id,
        )
        == SIZE
    )
    check_peer(stage, http_peer, campaign_id)


@pytest.mark.parametrize("fault", BUSY)
def test_busy(stage, launcher, http_peer, provider_id, fault):
    campaign_id = campaign_with(stage, provider_id, fault)
    pid = launcher.send(campaign_id)
    wait_for(lambda: look(stage, campaign_id)[1] is not None)
    wait_for(lambda: not stage.keys_due(campaign_id))
    stop(launcher, pid)
    assert stage.states(campaign_id) == Counter(ALL_BACK)
    attempts, seconds = look(stage, campaign_id)
    low, high = BUSY[fault]
    assert attempts == 0 and low - 30 <= seconds <= high
    assert len(requests_of(stage, http_peer, campaign_id)) == 1
    check_peer(stage, http_peer, campaign_id)


@pytest.mark.parametrize("fault", DOWN)
def test_down(stage, launcher, http_peer, provider_id, fault):
    """It stops the provider, and costs no message an attempt."""
    campaign_id = campaign_with(stage, provider_id, fault)
    pid = launcher.send(campaign_id)
    wait_for(lambda: stage.provider(campaign_id)[0] == "down")
    assert DOWN[fault] in stage.provider(campaign_id)[1]
    # it is tried again each second: whatever is under way comes back
    wait_for(lambda: stage.states(campaign_id) == Counter(ALL_BACK))
    stop(launcher, pid)
    assert look(stage, campaign_id)[0] == 0
    check_peer(stage, http_peer, campaign_id)


def test_not_there(stage, launcher, http_peer, provider_id):
    http_peer.stop()
    campaign_id = campaign_with(stage, provider_id, "202")
    pid = launcher.send(campaign_id)
    wait_for(lambda: stage.provider(campaign_id)[0] == "down")
    assert "refused" in stage.provider(campaign_id)[1]
    stop(launcher, pid)
    assert stage.states(campaign_id) == Counter(ALL_BACK)


def test_killed_in_a_request(stage, launcher, http_peer, provider_id):
    """Only the request at hand is in doubt; those before and after are known."""
    addresses = [f"c{number:03}@peer.example" for number in range(250)]
    addresses[150] = "http-hang.x@peer.example"
    http_peer.slow = 30
    campaign_id = stage.campaign_of(provider_id, addresses)
    pid = launcher.send(campaign_id)
    wait_for(lambda: len(http_peer.calls) == 2)
    stop(launcher, pid)
    stage.finish(launcher, campaign_id)
    states = stage.states(campaign_id)
    assert set(states) == {"sent", "in_doubt"}
    assert stage.keys(campaign_id, "in_doubt") == set(http_peer.calls[1])
    assert sum(states.values()) == 250
    check_peer(stage, http_peer, campaign_id)


def test_a_feedback_that_comes_before_the_answer(
    stage, launcher, http_peer, provider_id
):
    """The sender still waits, and will never hear; the provider has told already."""
    http_peer.slow = 30
    campaign_id = campaign_with(stage, provider_id, "hang")
    pid = launcher.send(campaign_id)
    wait_for(lambda: requests_of(stage, http_peer, campaign_id))
    stop(launcher, pid, signal.SIGSTOP)
    [keys] = requests_of(stage, http_peer, campaign_id)
    launcher.feedback(provider_id, keys)
    assert stage.states(campaign_id) == {"submitting": SIZE}
    stop(launcher, pid)
    stage.finish(launcher, campaign_id)
    assert stage.states(campaign_id) == Counter(ALL_SENT)
    check_peer(stage, http_peer, campaign_id)


def test_feedback_while_it_is_sent(stage, launcher, http_peer, provider_id):
    """Each request is told of at once, twice and shuffled, while its sender settles it.

    Both sides change the same rows: nobody waits in a circle, and nothing is lost.
    """
    clock = random.Random(11)
    addresses = [f"s{number:04}@peer.example" for number in range(1500)]
    campaign_id = stage.campaign_of(provider_id, addresses)
    pids = [launcher.send(campaign_id) for _process in range(2)]
    told = 0
    while told < len(http_peer.calls) or stage.status(campaign_id) != "completed":
        wait_for(
            lambda told=told: (
                len(http_peer.calls) > told or stage.status(campaign_id) == "completed"
            )
        )
        fresh = http_peer.calls[told:]
        told += len(fresh)
        keys = [key for call in fresh for key in call]
        keys += clock.sample(keys, len(keys) // 3)
        clock.shuffle(keys)
        launcher.feedback(provider_id, keys)
    for pid in pids:
        wait_for(lambda pid=pid: launcher.has_ended(pid))
    assert stage.states(campaign_id) == {"sent": 1500}
    assert (
        stage.value(
            """SELECT count(DISTINCT recipient_id) FROM marketing_event
                WHERE campaign_id = %s AND event_type = 'email_delivered'""",
            campaign_id,
        )
        == 1500
    )
    check_peer(stage, http_peer, campaign_id)
