"""Real processes on a committed scratch database: workers, Redis, kill -9."""

import configparser
import os
import subprocess
import sys
from pathlib import Path

import pytest
from bench import Bench, WorkerProcess

ROOT = Path(__file__).resolve().parents[2]
ADDON = "test_marketing_jobs"


@pytest.fixture(scope="session")
def configuration(tmp_path_factory):
    """Write the project's configuration with the test addon in the addons path."""
    parser = configparser.RawConfigParser()
    parser.read(os.environ["ODOO_RC"])
    options = parser["options"]
    folders = [*options["addons_path"].split(","), str(ROOT / "tests" / "addons")]
    options["addons_path"] = ",".join(folders)
    options["log_level"] = "warn"
    rc = tmp_path_factory.mktemp("odoo") / "odoo.conf"
    with rc.open("w") as stream:
        parser.write(stream)
    rc.chmod(0o600)
    return rc


@pytest.fixture(scope="session")
def database(configuration):
    """Copy the template, install the test addon, and drop the copy in the end."""
    name = f"mm_queue_{os.getpid()}"
    subprocess.run(["createdb", "-T", os.environ["MM_TEST_TEMPLATE"], name], check=True)
    try:
        command = [sys.executable, "-m", "odoo", "-c", configuration, "-d", name]
        command += ["-i", ADDON, "--stop-after-init", "--no-http", "--workers=0"]
        subprocess.run(command, check=True)
        yield name
    finally:
        subprocess.run(["dropdb", "--force", "--if-exists", name], check=True)


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
