"""A campaign half through SMTP and half through SendGrid: one truth on every page.

The campaign, the provider's page, the deliverability, the days of the campaign and a
recount of the raw events show what the plan says, whoever told it, how often, and in
which order: webhooks, notices in the bounce mailbox, and our own links.
"""

import threading
import time

import notices
import plan
import post
import pytest
import webhooks
from plan import COUNTED, SENDGRID, SMTP
from recount import recount

from runtime.databases import NOISE

# Whatever comes earlier after a message is a machine's; a click is judged after ten.
PATIENCE = 7
BURST = 11


@pytest.fixture(scope="module")
def letters(house, receivers, peer):
    """Send the campaign; return what arrived at each provider's recipients."""
    house.send()
    return {SMTP: list(receivers.letters), SENDGRID: post.read_sendgrid(peer)}


@pytest.fixture(scope="module")
def told(house, letters, peer):
    """Let everybody react and all be told, at the same time; wait until it is counted.

    Return how many webhooks were taken.
    """
    sent_at = int(time.time())
    time.sleep(PATIENCE)
    url = house.known["webhook"]
    arrived = [*letters[SMTP], *letters[SENDGRID]]
    # a person whose message the sender is in doubt of can read it all the same
    reading = threading.Thread(
        target=post.react, args=([x for x in arrived if x.role != "silence"],)
    )
    reading.start()
    webhooks.forge(peer, url, letters[SENDGRID])
    taken = webhooks.tell(peer, url, letters[SENDGRID], sent_at)
    for notice in notices.write(letters[SMTP]):
        house.receive(notice)
    reading.join()
    webhooks.forge(peer, url, letters[SENDGRID])
    # a day later SendGrid says all of it again, because it heard nothing
    taken += webhooks.tell(peer, url, letters[SENDGRID], sent_at, seed=4)
    time.sleep(BURST)
    house.refresh()
    house.refresh()  # the days and mailboxes of what the first one has judged
    return taken


def test_each_half_went_its_way(house, letters):
    for provider in (SMTP, SENDGRID):
        arrived = sorted(letter.address for letter in letters[provider])
        wanted = sorted(
            address
            for role in plan.ROLES
            if role.provider == provider and role.name not in ("unknown", "policy")
            for address in role.addresses
        )
        assert arrived == wanted


def test_the_audience_adds_up(house, told):
    row = house.read_campaign()
    assert row["total_recipients"] == plan.AUDIENCE
    assert row["total_skipped"] == plan.LEFT_OUT
    assert row["total_failed"] == plan.FAILED
    assert row["total_in_doubt"] == plan.IN_DOUBT
    settled = plan.LEFT_OUT + plan.FAILED + plan.IN_DOUBT + plan.count()["sent"]
    assert settled == plan.AUDIENCE


def test_the_campaign_shows_what_the_plan_says(house, told):
    wanted = plan.count()
    del wanted["deferred"]  # no number of a campaign
    assert house.show_campaign() == wanted


@pytest.mark.parametrize("provider", [SENDGRID, SMTP])
def test_the_page_of_each_provider(house, told, provider):
    assert house.show_provider(provider) == plan.count(provider)


@pytest.mark.parametrize("provider", [None, SENDGRID, SMTP])
def test_the_deliverability(house, told, provider):
    assert house.show_deliverability(provider) == plan.count(provider)


def test_the_days_of_the_campaign(house, told):
    wanted = plan.count()
    del wanted["deferred"]
    assert house.show_days() == wanted


@pytest.mark.parametrize("provider", [None, SENDGRID, SMTP])
def test_a_recount_of_the_raw_events(house, told, provider):
    assert recount(house, provider) == plan.count(provider)


def test_the_providers_add_up_to_the_campaign(house, told):
    pages = [house.show_provider(provider) for provider in (SENDGRID, SMTP)]
    total = {name: sum(page[name] for page in pages) for name in COUNTED}
    shown = house.show_campaign()
    assert {name: total[name] for name in shown} == shown


def test_every_webhook_was_kept_once_and_read(house, told):
    [[kept, processed, strangers]] = house.query(
        """SELECT count(*), count(*) FILTER (WHERE state = 'processed'),
                  COALESCE(sum(unknown_count), 0) FROM delivery_webhook"""
    )
    assert kept == processed == told
    assert strangers == 0


def test_a_forged_webhook_left_nothing(house, told):
    [[forged]] = house.query(
        "SELECT count(*) FROM marketing_event WHERE event_id LIKE 'f-%%'"
    )
    assert forged == 0


def test_who_left_or_is_gone_is_stopped(house, told):
    """And nobody else: neither a robot, nor a policy, nor a full mailbox stops one."""
    stopped = house.query(
        """SELECT split_part(message.email_address, '.', 1), count(*)
             FROM campaign_recipient message
        LEFT JOIN email_subscription_preference consent
               ON consent.address_key = message.address_key
              AND consent.company_id = message.company_id
        LEFT JOIN mail_blacklist stop
               ON stop.email = message.email_address AND stop.active
            WHERE message.campaign_id = %(campaign)s AND message.provider_id IS NOT NULL
              AND (consent.is_subscribed IS FALSE OR stop.id IS NOT NULL)
         GROUP BY 1"""
    )
    wanted = ("leaver", "angry", "gone", "invalid", "listed", "twice", "unknown")
    assert dict(stopped) == {
        name: sum(role.number for role in plan.ROLES if role.name == name)
        for name in wanted
    }


def test_the_logs_are_clean(server, worker, told):
    noise = [line for line in server.read_log().splitlines() if NOISE.search(line)]
    assert noise == []
    # Celery warns of a worker that root has started, as in a container
    errors = [line for line in worker.read_log().splitlines() if " ERROR " in line]
    assert errors == []
