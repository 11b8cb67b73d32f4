"""The container's own start scripts, run on this machine: database, broker, servers."""

import os
import secrets
import subprocess
import sys
from pathlib import Path

import psycopg2
import pytest

from runtime import odoo_source, processes

ROOT = Path(__file__).resolve().parents[2]
START, REDIS = ROOT / "docker" / "start.sh", ROOT / "docker" / "redis.sh"


class Installation:
    """One deployment: its settings, and the parts that were started."""

    def __init__(self, folder):
        self.folder = folder
        source = odoo_source.find()
        self.database = f"{os.environ.get('MM_TEST_PREFIX', 'mm')}_production"
        self.redis_port, self.http_port = processes.free_port(), processes.free_port()
        self.environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(source.python_path),
            "PYTHONDONTWRITEBYTECODE": "1",
            "MM_HOME": str(ROOT),
            "MM_DATA_DIR": str(folder / "data"),
            "MM_PYTHON": sys.executable,
            "MM_ODOO": str(source.script),
            "MM_ODOO_ADDONS": source.odoo_addons,
            "MM_HTTP_PORT": str(self.http_port),
            "MM_GEVENT_PORT": str(processes.free_port()),
            "MM_WORKERS": "2",
            "MM_CONCURRENCY": "1",
            "MM_INSTALL": "marketing_queue",
            "MM_DATABASE": self.database,
            "POSTGRES_HOST": os.environ["PGHOST"],
            "POSTGRES_PORT": os.environ["PGPORT"],
            "POSTGRES_USER": os.environ["PGUSER"],
            "POSTGRES_PASSWORD": os.environ["PGPASSWORD"],
            "REDIS_HOST": "127.0.0.1",
            "REDIS_PORT": str(self.redis_port),
            "REDIS_BIND": "127.0.0.1",
            "REDIS_PASSWORD": secrets.token_hex(24),
            "REDIS_RUN": str(folder / "redis"),
            "ODOO_ADMIN_PASSWORD": secrets.token_hex(24),
            "ODOO_MASTER_PASSWORD": secrets.token_hex(24),
            "ODOO_BASE_URL": "https://shop.example.com",
        }
        self._children = []

    def run(self, script, *arguments, **changed):
        """Run a script to its end; ``NAME=None`` leaves a variable out."""
        return subprocess.run(
            ["sh", script, *arguments],
            env=self._environment(arguments[0], changed),
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    def start(self, script, *arguments):
        """Start a part in the background; return its process."""
        log = (self.folder / f"{arguments[0]}.log").open("w")
        child = subprocess.Popen(
            ["sh", script, *arguments],
            env=self._environment(arguments[0], {}),
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._children.append(child)
        return child

    def _environment(self, part, changed):
        values = {**self.environment, "MM_RUN": str(self.run_folder(part))}
        values.update(changed)
        return {name: value for name, value in values.items() if value is not None}

    def run_folder(self, part):
        """A container has its own /run; a health check looks at that of its part."""
        part = "worker" if part in ("worker", "health") else part
        return self.folder / "run" / part

    def log(self, part):
        return (self.folder / f"{part}.log").read_text()

    def query(self, statement, *values):
        connection = psycopg2.connect(dbname=self.database)
        try:
            with connection, connection.cursor() as cr:
                cr.execute(statement, values)
                return cr.fetchall() if cr.description else cr.rowcount
        finally:
            connection.close()

    def stop(self):
        for child in reversed(self._children):
            child.terminate()
        for child in self._children:
            child.wait(timeout=90)
        subprocess.run(["dropdb", "--force", "--if-exists", self.database], check=True)


@pytest.fixture(scope="session")
def installation(tmp_path_factory):
    installation = Installation(tmp_path_factory.mktemp("production"))
    subprocess.run(
        ["dropdb", "--force", "--if-exists", installation.database], check=True
    )
    yield installation
    installation.stop()
