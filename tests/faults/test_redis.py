"""F5 and F3: the broker forgets everything or dies, and pool children are killed."""

import os
import random
import signal
import subprocess
import time

import pytest
import redis
from account import check
from ledger import volume
from stage import SHORT_TIMES, wait_for
from worker_process import WorkerProcess, free_port

AUDIENCE = 2000


class Broker:
    """An own Redis, because it is going to die."""

    def __init__(self, folder):
        self._folder = folder
        self._port = free_port()
        self.url = f"redis://127.0.0.1:{self._port}/0"
        self.start()

    def start(self):
        command = ["redis-server", "--port", str(self._port), "--bind", "127.0.0.1"]
        command += ["--save", "", "--appendonly", "no", "--dir", str(self._folder)]
        with (self._folder / "redis.log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log)
        wait_for(self._answers)

    def _answers(self):
        with redis.Redis.from_url(self.url) as client:
            try:
                return client.ping()
            except redis.ConnectionError:
                return False

    def forget(self):
        with redis.Redis.from_url(self.url) as client:
            client.flushall()

    def refuse_writes(self):
        """Be full: ``noeviction`` answers writes with an error."""
        with redis.Redis.from_url(self.url) as client:
            client.config_set("maxmemory", 1)
            time.sleep(1)
            client.config_set("maxmemory", 0)

    def die_and_return(self):
        self.stop()
        time.sleep(1)
        self.start()

    def stop(self):
        self._process.kill()
        self._process.wait()


@pytest.fixture
def broker(tmp_path):
    broker = Broker(tmp_path)
    yield broker
    broker.stop()


@pytest.fixture
def worker(configuration, database, tmp_path, broker):
    worker = WorkerProcess(
        configuration,
        database,
        tmp_path,
        **SHORT_TIMES,
        MARKETING_BROKER_URL=broker.url,
        MARKETING_JOB_LEASE_SECONDS="8",
        MARKETING_PUMP_SECONDS="4",
    )
    worker.start()
    yield worker
    worker.kill()


def wait_and_supervise(worker, condition, seconds):
    """Wait; a worker that has ended is started again, as the containers are.

    A full Redis ends Celery: an error while it takes a message is final for it.
    """

    def is_reached():
        if not worker.is_running():
            worker.start()
        return condition()

    wait_for(is_reached, seconds)


def kill_a_child(worker):
    for child in worker.children()[:1]:
        os.kill(child, signal.SIGKILL)


def kill_the_worker(worker):
    worker.kill()
    worker.start()


@pytest.mark.parametrize("sink", [0.004], indirect=True)
def test_broker_and_worker_die(stage, launcher, sink, broker, worker, ledger):
    """PostgreSQL owns the jobs: a timer finds what the broker has forgotten."""
    audience = volume(AUDIENCE, 10 * AUDIENCE)
    people = [f"customer{n}@redis.example" for n in range(audience)]
    campaign_id = stage.campaign(sink.port, people, connection_count=2)
    faults = [
        broker.forget,
        lambda: kill_a_child(worker),
        broker.refuse_writes,
        lambda: kill_a_child(worker),
        broker.die_and_return,
        lambda: kill_the_worker(worker),
    ] * volume(1, 10)
    launcher.enqueue(campaign_id)
    clock = random.Random(5)
    for number, fault in enumerate(faults, start=1):
        goal = audience * number // (len(faults) + 2)
        wait_and_supervise(worker, lambda goal=goal: len(sink.addresses()) >= goal, 120)
        time.sleep(clock.uniform(0, 0.2))
        fault()
    wait_and_supervise(worker, lambda: stage.status(campaign_id) == "completed", 180)
    account = check(stage, sink, campaign_id, audience)
    ledger.note(
        "F5 broker forgets, dies, is full; F3 killed children", len(faults), account
    )
    # two children alone, and the two of the worker; both of one that Redis ended
    assert len(account.in_doubt) <= 6 * volume(1, 10)
