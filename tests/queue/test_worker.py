"""What workers promise when processes die and messages are lost, doubled or wrong."""

import time
from pathlib import Path

from bench import EFFECT
from worker_process import wait_for


def test_job_is_done_at_once(bench, worker):
    worker.start()
    started = time.monotonic()
    bench.wait_done(bench.enqueue("_record", name="quick"))
    assert time.monotonic() - started < 2
    assert bench.effects("quick") == 1


def test_four_deliveries_one_execution(bench, worker):
    from odoo.addons.marketing_queue import publisher

    worker.start()
    job_id = bench.enqueue("_record", name="four", seconds=0.3)
    message = (job_id, "score", 0)
    assert publisher.publish(bench.database, [message] * 4) == 4
    bench.wait_done(job_id)
    wait_for(lambda: bench.messages() == 0)
    time.sleep(0.5)
    assert (bench.effects("four"), bench.attempts(job_id)) == (1, 1)


def test_killed_child_mid_job(bench, worker):
    worker.start()
    job_id = bench.enqueue("_record", name="killed", seconds=3)
    wait_for(lambda: bench.is_started(job_id))
    time.sleep(2.2)
    killed = worker.kill_children()
    assert killed
    assert (bench.state(job_id), bench.effects("killed")) == ("pending", 0)
    bench.wait_done(job_id)
    assert (bench.effects("killed"), bench.attempts(job_id)) == (1, 2)
    assert not set(killed) & set(worker.children())
    assert len(worker.children()) == 2


def test_killed_worker_mid_pump(bench, worker):
    worker.start()
    job_id = bench.enqueue("_pump", kind="pump", name="pump", slices=2, seconds=3)
    wait_for(lambda: bench.effects("pump"))
    worker.kill()
    assert bench.state(job_id) == "running"
    bench.let_time_pass()
    worker.start()
    wait_for(lambda: bench.state(job_id) == "pending")
    bench.let_backoff_pass()
    bench.wait_done(job_id)
    assert bench.effects("pump") == 2


def test_nothing_is_lost_with_an_emptied_redis(bench, worker):
    worker.kill()
    jobs = [bench.enqueue("_record", name=f"flush {n}") for n in range(20)]
    assert bench.messages() == 20
    bench.redis.flushall()
    bench.let_time_pass()
    worker.start()
    bench.wait_done(*jobs, seconds=30)
    assert [bench.effects(f"flush {n}") for n in range(20)] == [1] * 20


def test_pump_goes_on_slice_by_slice(bench, worker):
    worker.start()
    job_id = bench.enqueue("_pump", kind="pump", name="slices", slices=5)
    bench.wait_done(job_id)
    assert bench.effects("slices") == 5


def test_failing_job_waits_and_keeps_its_traceback(bench, worker):
    worker.start()
    job_id = bench.enqueue("_fail", name="fails")
    error = wait_for(
        lambda: bench.sql("SELECT error FROM marketing_job WHERE id = %s", job_id)[0][0]
    )
    assert "ArithmeticError: fails" in error
    assert (bench.state(job_id), bench.effects("fails")) == ("pending", 0)
    with bench.env() as env:
        env["marketing.job"].browse(job_id).action_cancel()


def test_colliding_jobs_all_take_effect(bench, worker):
    worker.start()
    with bench.env() as env:
        env[EFFECT].create({"name": "counter"})
    with bench.env() as env:
        jobs = [
            bench.enqueue("_increment", env=env, name="counter") for _n in range(12)
        ]
    bench.wait_done(*jobs, seconds=40)
    assert bench.sql("SELECT value FROM test_marketing_effect") == [(12,)]


def test_jobs_of_a_key_run_one_after_the_other(bench, worker):
    worker.start()
    first = bench.enqueue("_record", name="serial", seconds=1, key="k")
    wait_for(lambda: bench.is_started(first))
    time.sleep(0.2)
    second = bench.enqueue("_record", name="serial", seconds=1, key="k")
    assert first != second
    bench.wait_done(first, second)
    spans = bench.sql(
        "SELECT began_at, ended_at FROM test_marketing_effect ORDER BY began_at"
    )
    assert spans[0][1] <= spans[1][0]


class Trap:
    """What its reader does when it opens the pickle."""

    def __init__(self, path):
        self._path = path

    def __reduce__(self):
        return Path.touch, (self._path,)


def test_wrong_messages_are_ignored(bench, worker, tmp_path):
    from odoo.addons.marketing_queue import publisher
    from odoo.addons.marketing_queue.worker import app

    worker.start()
    queue = publisher.queue_name(bench.database, "score")
    app.send_task("os.system", args=("true",), queue=queue)
    for arguments in ((), ("other_database", 1), (bench.database, "x; DROP TABLE")):
        app.send_task(publisher.TASK, args=arguments, queue=queue)
    app.send_task(publisher.TASK, args=(bench.database, 2**40), queue=queue)
    trap = tmp_path / "pickled"
    pickled = {"queue": queue, "serializer": "pickle"}
    app.send_task(publisher.TASK, args=(Trap(trap),), **pickled)
    job_id = bench.enqueue("_record", name="after")
    bench.wait_done(job_id)
    assert worker.is_running()
    assert not trap.exists(), "a pickle was opened"
