"""What the process that queues jobs promises."""

import threading
from unittest.mock import patch

import pytest
from bench import EFFECT
from celery import Celery
from worker_process import wait_for


@pytest.fixture
def dead_broker():
    """Publish to a port where nothing listens, with the worker's own settings."""
    from odoo.addons.marketing_queue import publisher, worker

    app = Celery("dead", set_as_current=False)
    app.conf.update(worker.SETTINGS)
    app.conf.broker_url = "redis://127.0.0.1:1/0"
    with (
        patch.object(publisher, "_get_app", lambda: app),
        patch.object(publisher, "_silent_until", 0.0),
    ):
        yield


class Regret(Exception):
    """The reason for a rollback."""


def test_commit_publishes_and_rollback_does_not(bench):
    with pytest.raises(Regret), bench.env() as env:
        bench.enqueue("_record", env=env, name="undone")
        assert bench.messages() == 0
        raise Regret
    assert bench.messages() == 0
    assert not bench.sql("SELECT 1 FROM marketing_job")
    with bench.env() as env:
        bench.enqueue("_record", env=env, name="kept")
        assert bench.messages() == 0, "published before the commit"
    assert bench.messages() == 1


def test_broker_down_at_commit(bench, dead_broker):
    job_id = bench.enqueue("_record", name="down")
    assert bench.state(job_id) == "pending"
    assert bench.messages() == 0
    with bench.env() as env:
        env["marketing.job"]._cron_run()
    assert bench.state(job_id) == "done"
    assert bench.effects("down") == 1


def test_embedded_runner_needs_no_broker(bench, monkeypatch):
    monkeypatch.setenv("MARKETING_BROKER_URL", "")
    good = bench.enqueue("_record", name="good")
    bad = bench.enqueue("_fail", name="bad")
    pump = bench.enqueue("_pump", kind="pump", name="pump", slices=3)
    with bench.env() as env:
        env["marketing.job"]._cron_run()
    assert [bench.state(job) for job in (good, bad, pump)] == [
        "done",
        "pending",
        "done",
    ]
    assert [bench.effects(name) for name in ("good", "bad", "pump")] == [1, 0, 3]
    ((error,),) = bench.sql("SELECT error FROM marketing_job WHERE id = %s", bad)
    assert "ArithmeticError: bad" in error


def in_threads(count, work):
    """Run ``work`` at the same moment in ``count`` threads; return the results."""
    barrier, results = threading.Barrier(count), []

    def run():
        barrier.wait()
        results.append(work())

    threads = [threading.Thread(target=run) for _number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def test_concurrent_keyed_enqueues_make_one_row(bench):
    for attempt in range(5):
        options = {"name": "once", "key": f"key:{attempt}"}
        results = in_threads(
            6, lambda o=options: bench.enqueue_in_request("_record", **o)
        )
        assert len(results) == 6
        assert len(set(results)) == 1
    assert bench.sql("SELECT count(*) FROM marketing_job") == [(5,)]


def test_waiting_job_does_not_start_before_the_enqueuer_commits(bench):
    job_id = bench.enqueue("_record", name="later", key="k")
    with bench.env() as env:
        assert bench.enqueue("_record", env=env, name="later", key="k") == job_id
        with bench.env() as other:
            assert not other["marketing.job"]._execute(job_id)
    with bench.env() as env:
        assert env["marketing.job"]._execute(job_id)
    assert bench.attempts(job_id) == 1


def test_started_job_is_followed_by_one_of_its_key(bench):
    with bench.env() as env:
        first = bench.enqueue("_record", name="key", key="k")
        env["marketing.job"].browse(first)._run()
        second = bench.enqueue("_record", name="key", key="k")
        third = bench.enqueue("_record", name="key", key="k")
        assert second == third != first
        with bench.env() as other:
            assert not other["marketing.job"]._execute(second), "two at a time"
        assert bench.attempts(second) == 0
    with bench.env() as env:
        assert env["marketing.job"]._execute(second)
    assert bench.effects("key") == 2


def test_four_runners_one_execution(bench):
    job_id = bench.enqueue("_record", name="four", seconds=0.5)

    def execute():
        with bench.env() as env:
            return env["marketing.job"]._execute(job_id)

    assert sorted(in_threads(4, execute)) == [False, False, False, True]
    assert (bench.effects("four"), bench.attempts(job_id)) == (1, 1)


def test_row_being_executed_is_claimed_by_nobody_else(bench):
    job_id = bench.enqueue("_record", name="claimed")
    with bench.env() as env:
        assert env["marketing.job"].browse(job_id)._run()
        with bench.env() as other:
            assert not other["marketing.job"].browse(job_id)._run()
    with bench.env() as env:
        assert not env["marketing.job"].browse(job_id)._run()
    assert bench.effects("claimed") == 1


def test_button_and_runner_do_not_meet(bench):
    from odoo.exceptions import UserError

    job_id = bench.enqueue("_record", name="busy")
    with bench.env() as env:
        env["marketing.job"].browse(job_id)._run()
        with pytest.raises(UserError), bench.env() as other:
            other["marketing.job"].browse(job_id).action_cancel()
    assert bench.state(job_id) == "done"


def test_effects_are_counted(bench):
    with bench.env() as env:
        env[EFFECT]._record("direct")
    assert wait_for(lambda: bench.effects("direct")) == 1
