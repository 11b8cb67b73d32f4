"""F11: a storm of webhooks, with readers that are killed in the middle of it.

``MM_STORM`` is the number of events; each is counted once, whatever was told twice, out
of order, after its reader's death, or by somebody who is not the provider.
"""

import os
import random
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest
from ledger import volume
from stage import wait_for
from storm import Row, Storm
from web_server import WebServer

FAMILY = "F11 webhooks"
THREADS = 6
READERS = 2
KILLS = 4
PER_MESSAGE = 2.3  # events of a story, about
EVENTS = int(os.environ.get("MM_STORM") or volume(20_000, 100_000))
TOKEN = "storm" + "0" * 27


@pytest.fixture(scope="module")
def web(configuration, database, tmp_path_factory):
    server = WebServer(configuration, database, tmp_path_factory.mktemp("web"))
    yield server
    server.stop()


@pytest.fixture
def provider_id(stage, http_peer):
    yield stage.value(
        """INSERT INTO delivery_provider (name, active, provider_type, channel, state,
               sendgrid_api_key, sendgrid_url, sendgrid_public_key, webhook_token,
               cap_per_minute, cap_per_hour, cap_per_day, connection_count,
               failure_count, currency_id)
           VALUES ('SendGrid', TRUE, 'sendgrid', 'email', 'ok', 'SG.x', %s, %s, %s,
               0, 0, 0, 1, 0, (SELECT min(currency_id) FROM res_company))
           RETURNING id""",
        http_peer.url,
        http_peer.public_key,
        TOKEN,
    )
    stage.query("DELETE FROM delivery_webhook")
    stage.query("UPDATE delivery_provider SET webhook_token = md5(id::text)")


@pytest.fixture
def campaign_id(stage, provider_id):
    """A campaign that has been sent; the answer of each tenth message was lost."""
    number = round(EVENTS / PER_MESSAGE)
    campaign_id = stage.campaign_of(
        provider_id, [f"c{n}@storm.example" for n in range(number)]
    )
    stage.query(
        """UPDATE campaign_recipient
              SET state = CASE WHEN id %% 10 = 0 THEN 'in_doubt' ELSE 'sent' END,
                  provider_id = %s, attempt = 1,
                  doubted_at = CASE WHEN id %% 10 = 0
                                    THEN now() AT TIME ZONE 'UTC' END,
                  sent_at = CASE WHEN id %% 10 <> 0
                                 THEN now() AT TIME ZONE 'UTC' - interval '2 h' END
            WHERE campaign_id = %s""",
        provider_id,
        campaign_id,
    )
    stage.query("UPDATE email_campaign SET status = 'completed'")
    return campaign_id


def post(url, body, headers):
    try:
        with urllib.request.urlopen(
            urllib.request.Request(url, body, headers), timeout=120
        ) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def blow(web, peer, storm):
    """Post everything from several threads; return how many bodies were taken."""
    url = f"{web.url}/marketing/webhook/{TOKEN}"
    stranger = type(peer)()
    clock = random.Random(1)

    def send(item):
        body, is_real = item
        if is_real:
            return is_real, post(url, body, peer.sign(body))
        headers = clock.choice((stranger.sign(body), peer.sign(b"[]"), {}))
        return is_real, post(url, body, headers)

    with ThreadPoolExecutor(THREADS) as pool:
        answers = list(pool.map(send, storm.bodies()))
    stranger.stop()
    assert {status for is_real, status in answers if is_real} == {200}
    assert {status for is_real, status in answers if not is_real} == {403}
    return sum(is_real for is_real, _status in answers)


class Readers:
    """Processes that read webhooks; one is killed now and then."""

    def __init__(self, launcher):
        self._launcher = launcher
        self._pids = [launcher.read_webhooks() for _reader in range(READERS)]

    def kill_one(self):
        pid = self._pids.pop(0)
        self.stop_one(pid)
        self._pids.append(self._launcher.read_webhooks())

    def stop_one(self, pid):
        self._launcher.kill(pid)
        wait_for(lambda: self._launcher.has_ended(pid))

    def stop(self):
        for pid in self._pids:
            self.stop_one(pid)


def count_stored(stage):
    return stage.value("SELECT count(*) FROM delivery_webhook WHERE state = 'stored'")


def read_log(stage, campaign_id, provider_id):
    """Return each event as the log has it, also one that is there twice."""
    return sorted(
        stage.query(
            """SELECT event_id, event_type FROM marketing_event
                WHERE campaign_id = %s AND source_id = %s""",
            campaign_id,
            f"provider:{provider_id}",
        )
    )


def read_rows(stage, campaign_id):
    rows = stage.query(
        """SELECT send_key, delivered_at, bounced_at, bounce_type, complained_at,
                  unsubscribed_at
             FROM campaign_recipient WHERE campaign_id = %s""",
        campaign_id,
    )
    return {key: Row(*values) for key, *values in rows}


def count_all(stage, launcher, campaign_id, storm):
    """Project until the transactions of the killed readers are out of the way."""
    deadline = time.monotonic() + 60
    launcher.project(campaign_id)
    while read_rows(stage, campaign_id) != storm.rows and time.monotonic() < deadline:
        launcher.project(campaign_id)


def check_counters(stage, campaign_id, rows):
    """The page of deliverability and the campaign say what the rows of the plan do."""
    wanted = (
        len(rows),
        sum(not row.bounced_at for row in rows.values()),
        sum(bool(row.bounced_at) for row in rows.values()),
        sum(bool(row.complained_at) for row in rows.values()),
        sum(bool(row.unsubscribed_at) for row in rows.values()),
    )
    [pages] = stage.query(
        """SELECT sum(sent)::int, sum(delivered)::int, sum(bounced)::int,
                  sum(complained)::int, sum(unsubscribed)::int
             FROM email_deliverability_stats WHERE campaign_id = %s""",
        campaign_id,
    )
    assert pages == wanted
    [campaign] = stage.query(
        """SELECT total_sent, total_delivered, total_bounced, total_complained,
                  total_unsubscribed FROM email_campaign WHERE id = %s""",
        campaign_id,
    )
    assert campaign == wanted


def check_stops(stage, campaign_id, storm):
    """Each objection and each dead address stops one, and nothing else does."""
    objected = {
        key
        for key, row in storm.rows.items()
        if row.complained_at or row.unsubscribed_at
    }
    dead = {key for key, row in storm.rows.items() if row.bounce_type == "hard"}
    left = stage.query(
        """SELECT send_key FROM campaign_recipient
             JOIN email_subscription_preference p USING (company_id, address_key)
            WHERE NOT p.is_subscribed AND campaign_id = %s""",
        campaign_id,
    )
    assert {key for (key,) in left} == objected
    stopped = stage.query(
        """SELECT send_key FROM campaign_recipient message
             JOIN mail_blacklist b ON b.email = message.email_address AND b.active
            WHERE message.campaign_id = %s""",
        campaign_id,
    )
    assert {key for (key,) in stopped} - objected == dead - objected


def test_storm(stage, launcher, web, http_peer, provider_id, campaign_id, ledger):
    storm = Storm(sorted(stage.all_keys(campaign_id)), int(time.time()) - 3600)
    doubted = stage.count(campaign_id, "in_doubt")
    readers = Readers(launcher)
    with ThreadPoolExecutor(1) as pool:
        blowing = pool.submit(blow, web, http_peer, storm)
        for _kill in range(KILLS):
            before = count_stored(stage)
            wait_for(
                lambda before=before: count_stored(stage) > before or blowing.done()
            )
            readers.kill_one()
        taken = blowing.result()
    wait_for(lambda: not count_stored(stage), 600)
    readers.stop()

    states = dict(
        stage.query(
            """SELECT state, count(*) FROM delivery_webhook
                WHERE provider_id = %s GROUP BY 1""",
            provider_id,
        )
    )
    assert states == {"processed": taken}
    log = read_log(stage, campaign_id, provider_id)
    assert log == sorted(storm.logged.items()), "an event was lost, or came twice"
    told = stage.value(
        "SELECT sum(event_count)::int FROM delivery_webhook WHERE provider_id = %s",
        provider_id,
    )
    assert told == len(storm.logged)
    count_all(stage, launcher, campaign_id, storm)
    assert read_rows(stage, campaign_id) == storm.rows
    assert stage.states(campaign_id) == {"sent": len(storm.rows)}
    # of the others the sender wrote this event, and there was none here
    assert stage.count_events(campaign_id, "email_sent") == doubted
    assert "SERIALIZATION_FAILURE" not in web.read_log(), "one waited for a retry"
    check_counters(stage, campaign_id, storm.rows)
    check_stops(stage, campaign_id, storm)
    ledger.note(FAMILY, len(storm.events) + KILLS)
