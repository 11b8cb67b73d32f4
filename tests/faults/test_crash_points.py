"""F1: a sender dies at each named place, at its first, middle and last passing."""

import time

import crash_points
import pytest
from account import check
from stage import SHORT_TIMES, wait_for

AUDIENCE = 25  # three batches of at most ten
BATCHES = (1, 2, 3)
MESSAGES = (1, 13, 25)
BY_MESSAGE = {
    "recipient accepted",
    "before the journal",
    "after the journal",
    "answer read",
    "answer in the journal",
    *crash_points.CONTENT_POINTS,
}
LEASE = float(SHORT_TIMES["MARKETING_LEASE_SECONDS"])


def injections():
    for name in crash_points.names():
        hits = MESSAGES if name in BY_MESSAGE else BATCHES
        for hit in hits[:1] if name in crash_points.ONCE else hits:
            yield name, hit


INJECTIONS = list(injections())


@pytest.fixture
def crashed(stage, launcher, sink):
    """A campaign for each injection, its sender dead at that place, its lease over."""
    campaigns = {}
    for name, hit in INJECTIONS:
        # equal addresses: they are told apart by their campaign
        addresses = [f"customer{n}@crash.example" for n in range(AUDIENCE)]
        campaign_id = stage.campaign(sink.port, addresses)
        campaigns[name, hit] = campaign_id
        code = launcher.wait(launcher.send(campaign_id, crash=f"{name}:{hit}"))
        assert code == crash_points.EXIT_CODE, (name, hit, "was not reached")
    time.sleep(LEASE + 0.5)
    launcher.sweep()
    return campaigns


def test_each_place(stage, launcher, sink, crashed, ledger):
    """Doubts are exactly those that the place makes; the rest leaves once."""
    for campaign_id in crashed.values():
        pid = launcher.send(campaign_id)
        wait_for(lambda pid=pid: launcher.has_ended(pid))
    for (name, hit), campaign_id in crashed.items():
        wanted = 1 if name in crash_points.DOUBTFUL else 0
        account = check(stage, sink, campaign_id, AUDIENCE)
        ledger.note("F1 crash points", 1, account)
        assert len(account.in_doubt) == wanted, (name, hit)
        assert stage.count(campaign_id, "sent") == AUDIENCE - wanted, (name, hit)
