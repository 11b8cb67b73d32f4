"""The whole house: a web server, a worker, a mail server and SendGrid's stand-in.

With ``MM_LOOK=FILE`` all of it runs on after the tests, to be looked at in a browser,
until that file is deleted.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from house import House
from receivers import Receivers
from sendgrid_peer import SendGridPeer
from web_server import WebServer
from worker_process import WorkerProcess

import scratch
from runtime import databases, processes

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def configuration(tmp_path_factory):
    return scratch.write_configuration(tmp_path_factory.mktemp("odoo"))


@pytest.fixture(scope="session")
def database():
    name = f"mm_acceptance_{os.getpid()}"
    databases.copy(os.environ["MM_TEST_TEMPLATE"], name)
    yield name
    databases.drop(name)


@pytest.fixture(scope="session")
def receivers():
    receivers = Receivers()
    yield receivers
    receivers.stop()


@pytest.fixture(scope="session")
def peer():
    peer = SendGridPeer()
    yield peer
    peer.stop()


@pytest.fixture(scope="session")
def known(configuration, database, receivers, peer, tmp_path_factory):
    """Prepare the database; return ports, keys and ids."""
    file = tmp_path_factory.mktemp("acceptance") / "known.json"
    given = {
        "url": f"http://127.0.0.1:{processes.free_port()}",
        "smtp_port": receivers.port,
        "sendgrid_url": peer.url,
        "sendgrid_key": peer.key,
        "sendgrid_public_key": peer.public_key,
    }
    file.write_text(json.dumps(given))
    command = [sys.executable, "-m", "odoo", "shell", "-c", configuration]
    command += ["-d", database, "--no-http", "--log-level=warn"]
    environment = {
        **os.environ,
        "MM_ACCEPTANCE": str(file),
        "MM_ACCEPTANCE_CODE": str(HERE),
    }
    with (HERE / "prepare.py").open() as script:
        subprocess.run(command, stdin=script, env=environment, check=True)
    return json.loads(file.read_text())


@pytest.fixture(scope="session")
def server(configuration, database, known, tmp_path_factory):
    """A web server that hands jobs to the worker."""
    server = WebServer(
        configuration,
        database,
        tmp_path_factory.mktemp("server"),
        int(known["url"].rpartition(":")[2]),
        MARKETING_BROKER_URL=os.environ["MM_TEST_REDIS"],
    )
    yield server
    server.stop()


@pytest.fixture(scope="session")
def worker(configuration, database, server, tmp_path_factory):
    worker = WorkerProcess(
        configuration,
        database,
        tmp_path_factory.mktemp("worker"),
        MARKETING_BROKER_URL=os.environ["MM_TEST_REDIS"],
    )
    worker.start()
    yield worker
    worker.stop()


@pytest.fixture(scope="session")
def house(database, known, worker, pytestconfig):
    house = House(known, database)
    yield house
    _let_look(pytestconfig, house)
    house.close()


def _let_look(config, house):
    """Keep everything running for as long as somebody looks at it."""
    if not os.environ.get("MM_LOOK"):
        return
    file = Path(os.environ["MM_LOOK"])
    file.write_text(house.known["url"])
    capture = config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        print(
            f"\n{house.known['url']}/odoo/campaigns/{house.known['campaign']}"
            f" (mara/mara, admin/admin), until {file} is deleted",
            flush=True,
        )
    while file.exists():
        time.sleep(0.5)
