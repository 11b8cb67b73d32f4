"""Real senders, a real mail server and a committed scratch database."""

import configparser
import os
import subprocess
import sys
from pathlib import Path

import pytest
from peer import Peer
from stage import Launcher, Sink, Stage

ROOT = Path(__file__).resolve().parents[2]


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
    options["data_dir"] = str(rc.parent / "data")
    with rc.open("w") as stream:
        parser.write(stream)
    rc.chmod(0o600)
    return rc


@pytest.fixture(scope="session")
def database(configuration):
    """Copy the template, install the test addon, and drop the copy in the end."""
    name = f"mm_faults_{os.getpid()}"
    subprocess.run(["createdb", "-T", os.environ["MM_TEST_TEMPLATE"], name], check=True)
    try:
        command = [sys.executable, "-m", "odoo", "-c", configuration, "-d", name]
        command += ["-i", "test_marketing_sender", "--stop-after-init"]
        subprocess.run([*command, "--no-http", "--workers=0"], check=True)
        yield name
    finally:
        subprocess.run(["dropdb", "--force", "--if-exists", name], check=True)


@pytest.fixture
def stage(database, launcher):
    stage = Stage(database, launcher)
    yield stage
    stage.query("DELETE FROM marketing_job")
    stage.query("DELETE FROM email_campaign")
    stage.query("DELETE FROM email_subscription_preference")
    stage.close()


@pytest.fixture(scope="session")
def launcher(configuration, database):
    launcher = Launcher(configuration, database)
    yield launcher
    launcher.stop()


@pytest.fixture
def sink(tmp_path, request):
    """The mail server; its indirect parameter is the delay of an answer in seconds."""
    sink = Sink(tmp_path, getattr(request, "param", 0))
    yield sink
    sink.stop()


@pytest.fixture
def peer():
    peer = Peer()
    yield peer
    peer.stop()
