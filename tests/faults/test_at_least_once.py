"""D5: transactional messages that rather arrive twice than never.

What marketing must never do is promised here: no message is lost, and each second copy
is counted and has the Message-ID of the first.
"""

import random
import time

import pytest
from account import settle
from ledger import volume
from stage import SHORT_TIMES, wait_for

AUDIENCE = 200
FAMILY = "D5 rather twice than never"
LEASE = float(SHORT_TIMES["MARKETING_LEASE_SECONDS"])
# the sender dies when the server has the message and the answer is not yet kept
PLACES = ("after the journal", "all of the content", "answer read")


@pytest.fixture
def transactional(stage, sink):
    """A campaign of that kind; its retries come at once."""
    addresses = [f"buyer{n}@orders.example" for n in range(AUDIENCE)]
    campaign_id = stage.campaign(sink.port, addresses)
    stage.query(
        """UPDATE email_campaign SET is_transactional = TRUE, at_least_once = TRUE
            WHERE id = %s""",
        campaign_id,
    )
    return campaign_id


def finish(stage, launcher, campaign_id):
    """Let senders and sweeper work, without the wait between two attempts."""
    deadline = time.monotonic() + 120
    while stage.states(campaign_id) != {"sent": AUDIENCE}:
        assert time.monotonic() < deadline, stage.states(campaign_id)
        launcher.sweep()
        stage.query("UPDATE campaign_recipient SET not_before = NULL")
        pid = launcher.send(campaign_id)
        wait_for(lambda pid=pid: launcher.has_ended(pid))


def sweep_up(stage, launcher):
    """Let the sweeper find what a dead sender left; its next attempt may come now."""
    time.sleep(LEASE + 0.2)
    launcher.sweep()
    stage.query("UPDATE campaign_recipient SET not_before = NULL")


def check(stage, sink, campaign_id, ledger, injections):
    """Nothing is lost; what came twice is known to the database, and one message."""
    account = settle(stage, sink.keys(), campaign_id)
    assert account.accepted == stage.all_keys(campaign_id), "a message was lost"
    assert account.losses == account.strays == account.in_doubt == set()
    resent = {
        key
        for (key,) in stage.query(
            "SELECT send_key FROM campaign_recipient WHERE resend_count > 0"
        )
    }
    assert account.duplicates <= resent, "a second copy that nobody counted"
    for key, names in sink.message_ids().items():
        assert len(set(names)) == 1, f"{key} came under several names"
    ledger.note(FAMILY, injections)
    return account


@pytest.mark.parametrize("sink", [0.005], indirect=True)
def test_kills_at_the_worst_places(stage, launcher, sink, transactional, ledger):
    for number, place in enumerate(PLACES * volume(1, 10)):
        pid = launcher.send(transactional, crash=f"{place}:{number * 7 + 3}")
        wait_for(lambda pid=pid: launcher.has_ended(pid))
        sweep_up(stage, launcher)
        if stage.states(transactional) == {"sent": AUDIENCE}:
            break
    finish(stage, launcher, transactional)
    account = check(stage, sink, transactional, ledger, number + 1)
    # two of the three places lie behind the final dot
    assert account.duplicates, "no copy at all: nothing was tried here"


@pytest.mark.parametrize("sink", [0.01], indirect=True)
def test_kills_at_random(stage, launcher, sink, transactional, ledger):
    clock, kills = random.Random(5), volume(5, 60)
    for _kill in range(kills):
        pid = launcher.send(transactional)
        before = len(sink.addresses())
        wait_for(
            lambda pid=pid, before=before: (
                len(sink.addresses()) > before + clock.randrange(30)
                or launcher.has_ended(pid)
            )
        )
        launcher.kill(pid)
        wait_for(lambda pid=pid: launcher.has_ended(pid))
        sweep_up(stage, launcher)
    finish(stage, launcher, transactional)
    check(stage, sink, transactional, ledger, kills)


@pytest.mark.parametrize("sink", [0.005], indirect=True)
def test_without_the_choice_a_doubt_stays(stage, launcher, sink, transactional):
    stage.query("UPDATE email_campaign SET at_least_once = FALSE")
    pid = launcher.send(transactional, crash="all of the content:3")
    wait_for(lambda: launcher.has_ended(pid))
    stage.finish(launcher, transactional)
    assert stage.states(transactional) == {"sent": AUDIENCE - 1, "in_doubt": 1}
    assert max(sink.keys().values()) == 1
