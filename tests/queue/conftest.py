"""Real processes on a committed scratch database: workers, Redis, kill -9."""

import os

import pytest
from bench import Bench
from worker_process import WorkerProcess

import scratch


@pytest.fixture(scope="session")
def configuration(tmp_path_factory):
    return scratch.write_configuration(tmp_path_factory.mktemp("odoo"))


@pytest.fixture(scope="session")
def database(configuration):
    with scratch.database(configuration, "mm_queue", "test_marketing_jobs") as name:
        yield name


@pytest.fixture(scope="session")
def _bench(configuration, database):
    """Load Odoo in this process, which plays the web server's part."""
    os.environ["MARKETING_BROKER_URL"] = os.environ["MM_TEST_REDIS"]
    bench = Bench(configuration, database)
    yield bench
    bench.close()


@pytest.fixture
def bench(_bench):
    """Start each test without jobs, effects and messages."""
    _bench.clear()
    return _bench


@pytest.fixture(scope="session")
def _worker(configuration, database, _bench, tmp_path_factory):
    worker = WorkerProcess(configuration, database, tmp_path_factory.mktemp("worker"))
    yield worker
    worker.stop()


@pytest.fixture
def worker(_worker, bench):
    """Return a worker that may run or not; tests call ``start`` and ``kill``."""
    yield _worker
    bench.wait_until_idle(_worker)
