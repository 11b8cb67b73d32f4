"""Two requests with one Idempotency-Key at the same moment: one works, one is told."""

import json
import threading
import time
import urllib.error
import urllib.request
import uuid
from typing import NamedTuple

import psycopg2
import pytest

WAIT = 60
WAITING = """
    SELECT count(*) FROM pg_stat_activity
     WHERE datname = current_database() AND wait_event_type = 'Lock'
       AND query LIKE '%INSERT INTO marketing_api_answer%'
"""


class Reply(NamedTuple):
    status: int
    replayed: bool
    content: dict


@pytest.fixture
def cursor(server):
    connection = psycopg2.connect(dbname=server.database)
    connection.autocommit = True
    with connection.cursor() as cursor:
        yield cursor
    connection.close()


@pytest.fixture
def campaign(server, cursor):
    """One that can be cancelled once: a second time is refused."""
    request = _request(server, "GET", "/api/v1/campaigns?limit=1")
    with urllib.request.urlopen(request, timeout=WAIT) as answer:
        found = json.load(answer)["data"][0]["id"]
    cursor.execute(
        "UPDATE email_campaign SET status = 'scheduled' WHERE id = %s", [found]
    )
    return found


def _request(server, method, path, name=None):
    headers = {"Authorization": f"Bearer {server.token}"}
    if name:
        headers["Idempotency-Key"] = name
    return urllib.request.Request(server.url + path, method=method, headers=headers)


def _send(request, replies):
    try:
        with urllib.request.urlopen(request, timeout=WAIT) as answer:
            replayed = "Idempotency-Replayed" in answer.headers
            replies.append(Reply(answer.status, replayed, json.load(answer)))
    except urllib.error.HTTPError as error:
        replies.append(Reply(error.code, False, json.load(error)))


def _cancel_at_once(server, cursor, campaign, count):
    """Hold the name until all requests stand in front of it, then let them go."""
    name, replies = str(uuid.uuid4()), []
    path = f"/api/v1/campaigns/{campaign}/cancel"
    threads = [
        threading.Thread(
            target=_send, args=(_request(server, "POST", path, name), replies)
        )
        for _number in range(count)
    ]
    holder = psycopg2.connect(dbname=server.database)
    try:
        with holder.cursor() as held:
            held.execute(
                """INSERT INTO marketing_api_answer (key_id, name, request_hash)
                   SELECT id, %s, 'held' FROM marketing_api_key
                    WHERE name = 'Fuzzer'""",
                [name],
            )
        for thread in threads:
            thread.start()
        _wait_for(cursor, count)
        holder.rollback()
    finally:
        holder.close()
    for thread in threads:
        thread.join(WAIT)
    return replies


def _wait_for(cursor, count):
    deadline = time.monotonic() + WAIT
    while time.monotonic() < deadline:
        cursor.execute(WAITING)
        if cursor.fetchone()[0] == count:
            return
        time.sleep(0.05)
    raise AssertionError("the requests never met")


def _count_changes(cursor, campaign):
    cursor.execute(
        """SELECT count(*) FROM marketing_audit_log
            WHERE event = 'campaign_status_changed' AND res_id = %s
              AND changes->'status'->>1 = 'cancelled'""",
        [campaign],
    )
    return cursor.fetchone()[0]


@pytest.mark.parametrize("count", [2, 5])
def test_one_works_and_the_others_get_its_answer(server, cursor, campaign, count):
    before = _count_changes(cursor, campaign)
    replies = _cancel_at_once(server, cursor, campaign, count)
    assert len(replies) == count
    worked = [reply for reply in replies if reply.status == 200 and not reply.replayed]
    assert len(worked) == 1, replies
    assert worked[0].content["status"] == "cancelled"
    for reply in replies:
        if reply is not worked[0]:
            # 409: the framework gave up repeating; the client tries again
            assert reply.status == 409 or reply.content == worked[0].content, reply
    assert any(reply.replayed for reply in replies)
    assert _count_changes(cursor, campaign) == before + 1
