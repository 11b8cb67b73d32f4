"""A real server on a committed scratch database, and a key to it."""

import os
import subprocess
import sys
import time
import urllib.request
from typing import NamedTuple

import pytest

from runtime import processes

HERE = os.path.dirname(__file__)
WAIT = 120


class Server(NamedTuple):
    url: str
    token: str
    log: object
    database: str


@pytest.fixture(scope="session")
def database():
    name = f"mm_api_{os.getpid()}"
    subprocess.run(["createdb", "-T", os.environ["MM_TEST_TEMPLATE"], name], check=True)
    yield name
    subprocess.run(["dropdb", "--force", "--if-exists", name], check=True)


@pytest.fixture(scope="session")
def server(database, tmp_path_factory):
    folder = tmp_path_factory.mktemp("api")
    token = _prepare(database, folder / "token")
    port, other = processes.free_port(), processes.free_port()
    log = folder / "odoo.log"
    command = [sys.executable, "-m", "odoo", "server", "-c", os.environ["ODOO_RC"]]
    command += ["-d", database, "--db-filter", f"^{database}$", "--workers=0"]
    command += [f"--http-port={port}", f"--gevent-port={other}", "--max-cron-threads=0"]
    with log.open("w") as stream:
        process = subprocess.Popen(command, stdout=stream, stderr=stream)
    try:
        url = f"http://127.0.0.1:{port}"
        _wait(f"{url}/api/v1/openapi.json", process, log)
        yield Server(url, token, log, database)
    finally:
        process.kill()
        process.wait(30)


def _prepare(database, token):
    command = [sys.executable, "-m", "odoo", "shell", "-c", os.environ["ODOO_RC"]]
    command += ["-d", database, "--no-http", "--log-level=warn"]
    with open(os.path.join(HERE, "prepare.py")) as script:
        environment = {**os.environ, "MM_API_TOKEN": str(token)}
        subprocess.run(command, stdin=script, env=environment, check=True)
    return token.read_text()


def _wait(url, process, log):
    deadline = time.monotonic() + WAIT
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=30):
                return
        except OSError:
            time.sleep(0.3)
    raise RuntimeError(log.read_text()[-2000:])
