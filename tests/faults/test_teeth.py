"""The harness must find fault with each build that is broken on purpose."""

import signal
import time

import pytest
from account import check
from stage import SHORT_TIMES, wait_for

LEASE = float(SHORT_TIMES["MARKETING_LEASE_SECONDS"])
UNIQUE = "campaign_recipient_once"  # the index that makes a second message impossible
FAMILY = "teeth (broken builds)"


@pytest.fixture
def caught(ledger):
    """Expect the check to fail; a build that passes it is a hole in the harness."""

    class Caught:
        def __enter__(self):
            ledger.line(FAMILY).injections += 1
            ledger.line(FAMILY).failed = True  # until it has been caught

        def __exit__(self, kind, error, _traceback):
            assert kind is not None, "the broken build was not caught"
            if issubclass(kind, AssertionError):
                ledger.line(FAMILY).failed = False
                return True
            return False

    return Caught()


def addresses(number):
    return [f"customer{n}@teeth.example" for n in range(number)]


def die_and_finish(stage, launcher, sink, campaign_id, build, after=20):
    """Kill a broken sender in mid-campaign, and let broken ones go on."""
    pid = launcher.send(campaign_id, sabotage=build)
    wait_for(lambda: len(sink.addresses()) > after)
    launcher.kill(pid)
    wait_for(lambda: launcher.has_ended(pid))
    time.sleep(LEASE + 0.5)
    launcher.sweep(sabotage=build)
    stage.finish(launcher, campaign_id)


@pytest.mark.parametrize(
    "build",
    [
        "submit_before_commit",
        "requeue_submitting",
        "forgetful_journal",
        "sent_before_it_is",
    ],
)
@pytest.mark.parametrize("sink", [0.02], indirect=True)
def test_a_kill_finds_it(stage, launcher, sink, caught, build):
    campaign_id = stage.campaign(sink.port, addresses(100))
    die_and_finish(stage, launcher, sink, campaign_id, build)
    with caught:
        check(stage, sink, campaign_id, 100)


@pytest.mark.parametrize("sink", [0.02], indirect=True)
def test_a_zombie_finds_no_fence(stage, launcher, sink, caught):
    campaign_id = stage.campaign(sink.port, addresses(150))
    zombie = launcher.send(campaign_id, sabotage="no_fence")
    wait_for(lambda: len(sink.addresses()) > 20)
    launcher.kill(zombie, signal.SIGSTOP)
    time.sleep(LEASE + 0.5)
    launcher.sweep()
    other = launcher.send(campaign_id)
    wait_for(lambda: len(sink.addresses()) > 100)
    launcher.kill(zombie, signal.SIGCONT)
    wait_for(lambda: max(sink.keys().values()) > 1 or launcher.has_ended(zombie))
    for pid in (zombie, other):
        launcher.kill(pid)  # it never ends: its messages are not its own
        wait_for(lambda pid=pid: launcher.has_ended(pid))
    with caught:
        check(stage, sink, campaign_id, 150)


@pytest.mark.parametrize("build", ["retry_after_silence", "client_retries"])
def test_an_accepted_message_without_answer_finds_it(
    stage, launcher, peer, caught, build
):
    people = [f"content-drop.{n}@teeth.example" for n in range(3)]
    campaign_id = stage.campaign(peer.port, people)
    pid = launcher.send(campaign_id, sabotage=build)
    wait_for(lambda: peer.accepted.total() > 3 or launcher.has_ended(pid))
    launcher.kill(pid)
    wait_for(lambda: launcher.has_ended(pid))
    with caught:
        assert max(peer.accepted.values()) == 1


def test_an_answer_of_ses_that_says_nothing_finds_boto3_s_retries(
    stage, launcher, ses_peer, ses_provider_id, caught
):
    people = ["http-503.x@teeth.example"]
    campaign_id = stage.campaign_of(ses_provider_id, people)
    pid = launcher.send(campaign_id, sabotage="client_retries")
    wait_for(lambda: ses_peer.accepted.total() > 1 or launcher.has_ended(pid))
    launcher.kill(pid)
    wait_for(lambda: launcher.has_ended(pid))
    with caught:
        assert max(ses_peer.accepted.values()) == 1


@pytest.mark.parametrize("sink", [0.01], indirect=True)
def test_an_opt_out_finds_early_reading(stage, launcher, sink, caught):
    campaign_id = stage.campaign(sink.port, addresses(200))
    pid = launcher.send(campaign_id, sabotage="consent_read_too_early")
    wait_for(lambda: len(sink.addresses()) > 10)
    stage.query("UPDATE email_subscription_preference SET is_subscribed = FALSE")
    stage.let_transactions_end()
    before = len(sink.addresses())
    wait_for(lambda: launcher.has_ended(pid))
    with caught:
        # what the gate had let through by then: one batch
        assert len(sink.addresses()) <= before + 20


def test_a_second_audience_finds_no_unique_index(stage, launcher, sink, caught):
    definition = stage.value("SELECT pg_get_indexdef(%s::regclass)", UNIQUE)
    campaign_id = stage.campaign(sink.port, addresses(20))
    stage.query(f"DROP INDEX {UNIQUE}")
    try:
        stage.query(
            """INSERT INTO campaign_recipient
                      (company_id, campaign_id, address_key, email_address)
               SELECT company_id, campaign_id, address_key, email_address
                 FROM campaign_recipient WHERE campaign_id = %s""",
            campaign_id,
        )
        stage.finish(launcher, campaign_id)
        with caught:
            check(stage, sink, campaign_id, 20)
    finally:
        stage.query("DELETE FROM campaign_recipient")
        stage.query(definition)
