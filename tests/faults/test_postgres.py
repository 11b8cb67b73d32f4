"""F6: the database crashes, freezes, ends sessions and loses its answers."""

import random
import time

import psycopg2
import pytest
from account import check
from cluster import USER, Cluster
from cutting_proxy import CuttingProxy
from ledger import volume
from stage import Launcher, Stage, wait_for

import scratch

FAMILY = "F6 PostgreSQL crashes, cuts"


@pytest.fixture(scope="module")
def cluster(database):
    cluster = Cluster()
    cluster.copy_from(database)
    yield cluster
    cluster.stop()


@pytest.fixture(scope="module")
def proxy(cluster):
    proxy = CuttingProxy(cluster.port)
    yield proxy
    proxy.stop()


@pytest.fixture(scope="module")
def launcher(cluster, proxy, database, tmp_path_factory):
    """Senders on that cluster; they reach it through the proxy."""
    folder = tmp_path_factory.mktemp("cluster")
    configuration = scratch.write_configuration(folder, data_dir=folder / "data")
    # what the environment says wins over the file
    server = {"PGPORT": str(proxy.port), "PGUSER": USER, "PGPASSWORD": "none"}
    launcher = Launcher(configuration, database, **server)
    launcher.confirm()  # a copy on purpose
    yield launcher
    launcher.stop()


@pytest.fixture
def stage(cluster, database, launcher):
    stage = Stage(database, launcher, connect=lambda: cluster.connect(database))
    stage.send_at_any_time()
    yield stage
    stage.clear()
    stage.close()


def drive(stage, launcher, campaign_id, is_calm):
    """Let two senders and the sweeper work until it is over, whatever breaks."""
    pids, deadline = [], time.monotonic() + volume(120, 1200)
    while not (is_calm() and stage.status(campaign_id) == "completed"):
        assert time.monotonic() < deadline, stage.states(campaign_id)
        pids = [pid for pid in pids if not launcher.has_ended(pid)]
        while len(pids) < 2:
            pids.append(launcher.send(campaign_id))
        launcher.try_to_sweep()
        time.sleep(0.3)
    wait_for(lambda: all(map(launcher.has_ended, pids)))


def people(number):
    return [f"customer{n}@postgres.example" for n in range(number)]


class Trouble:
    """Does one thing after the other as messages leave, in a thread of the test."""

    def __init__(self, sink, audience, faults):
        self._sink = sink
        self._left = list(faults)
        self._step = audience // (len(self._left) + 2)
        self._clock = random.Random(6)
        self._next = self._step

    def __call__(self):
        """Do what is due; return whether nothing is left."""
        if self._left and len(self._sink.addresses()) >= self._next:
            self._next += self._step
            time.sleep(self._clock.uniform(0, 0.3))
            self._left.pop(0)()
        return not self._left


@pytest.mark.parametrize("sink", [0.01], indirect=True)
def test_crashes_and_ended_sessions(stage, launcher, sink, cluster, ledger):
    audience = volume(800, 8000)

    def end_sessions():
        stage.query(
            """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid()"""
        )

    faults = [cluster.crash, end_sessions, lambda: cluster.freeze(4)] * volume(2, 30)
    campaign_id = stage.campaign(sink.port, people(audience))
    drive(stage, launcher, campaign_id, Trouble(sink, audience, faults))
    account = check(stage, sink, campaign_id, audience)
    ledger.note(FAMILY, len(faults), account)
    # a batch of ten is on its way in each of two processes; the journal knows nine
    assert len(account.in_doubt) <= 2 * len(faults)


@pytest.mark.parametrize("sink", [0.002], indirect=True)
def test_answers_of_commits_are_cut_off(stage, launcher, sink, proxy, ledger):
    """Whether it was committed is read again, never assumed."""
    audience = volume(600, 8000)
    campaign_id = stage.campaign(sink.port, people(audience))
    proxy.every, proxy.cuts, wanted = 8, 0, volume(15, 150)

    def is_calm():
        if proxy.cuts >= wanted or stage.status(campaign_id) == "completed":
            proxy.every = 0
        return not proxy.every

    drive(stage, launcher, campaign_id, is_calm)
    account = check(stage, sink, campaign_id, audience)
    ledger.note(FAMILY, proxy.cuts, account)
    assert proxy.cuts >= wanted // 2
    assert len(account.in_doubt) <= proxy.cuts


@pytest.mark.parametrize("sink", [0.03], indirect=True)
def test_a_crash_finds_the_asynchronous_commit(stage, launcher, sink, cluster, ledger):
    """The tenth broken build of test_teeth.py, which needs this cluster."""
    line = ledger.line("teeth (broken builds)")
    line.injections += 1
    line.failed = True
    campaign_id = stage.campaign(sink.port, people(150))
    for goal in (15, 40, 65):
        pid = launcher.send(campaign_id, sabotage="asynchronous_commit")
        wait_for(lambda goal=goal: len(sink.addresses()) >= goal)
        cluster.crash()
        wait_for(lambda pid=pid: launcher.has_ended(pid))
        time.sleep(3.5)
        launcher.try_to_sweep()
    drive(stage, launcher, campaign_id, lambda: True)
    with pytest.raises(AssertionError, match="twice"):
        check(stage, sink, campaign_id, 150)
    line.failed = False


def test_the_stage_reconnects(stage, cluster):
    """The tests above look at the database after it crashed."""
    cluster.crash()
    with pytest.raises(psycopg2.Error):
        stage._connection.cursor().execute("SELECT 1")
    assert stage.value("SELECT 1") == 1
