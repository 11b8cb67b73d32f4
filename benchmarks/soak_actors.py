"""The processes of a soak, and the people who use them meanwhile."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import odoo_shell

ROOT = odoo_shell.HERE.parent
sys.path.insert(0, str(ROOT / "scripts"))
from demo_job.web import WebSession  # noqa: E402 - it lies beside the demo


class Servers:
    """A mail server with a log of its own, Odoo, and a Celery worker."""

    def __init__(self, options, folder):
        self._options = options
        self._log = folder / "accepted.log"
        self._folder = folder
        self.base = f"http://127.0.0.1:{options.port}"
        self.database = options.database
        self.disturbed_until = 0.0  # until then people may see errors

    def __enter__(self):
        sink = [sys.executable, odoo_shell.HERE / "smtp_sink.py", self._log]
        self._sink = subprocess.Popen(
            [str(part) for part in sink], stdout=subprocess.PIPE, text=True
        )
        self.sink_port = int(self._sink.stdout.readline())
        self.odoo = self.worker = None
        return self

    def __exit__(self, *_error):
        for process in (self.worker, self.odoo):
            if process and process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
                process.wait(60)
        self._sink.terminate()

    def start(self):
        self.start_odoo()
        self.start_worker()
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{self.base}/web/login", timeout=30).read()
                return
            time.sleep(1)
        raise SystemExit(f"Odoo does not answer; its log: {self._folder}")

    def start_odoo(self):
        ports = [f"--http-port={self._options.port}"]
        ports.append(f"--gevent-port={self._options.port + 1}")
        self.odoo = self._spawn(
            "odoo", [odoo_shell.ODOO, "server", "-d", self.database, *ports]
        )

    def start_worker(self):
        worker = ROOT / "scripts" / "worker"
        self.worker = self._spawn("worker", [worker, "-d", self._options.database])

    def _spawn(self, name, command):
        with (self._folder / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                [str(part) for part in (*command, "--log-level=warn")],
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def worker_children(self):
        """Return the processes that run jobs; a Redis that it started is none."""
        pid = self.worker.pid
        with contextlib.suppress(OSError):
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
            return [int(child) for child in children if _has_name(child, "python")]
        return []

    def session(self):
        return WebSession(self.base, self._options.database, "admin", "admin")

    def accepted(self):
        """Return the send key of each message that the mail server took."""
        return self._log.read_text().split()


def _has_name(pid, name):
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/comm").read_text().startswith(name)
    return False


class Actor(threading.Thread):
    """Does its turn every `pause` seconds until it is stopped; keeps its errors.

    Who asks a server that was just killed gets an error, and asks again.
    """

    pause = 1.0

    def __init__(self, servers):
        super().__init__(daemon=True)
        self.servers = servers
        self.errors = []
        self.excused = 0
        self._stopped = threading.Event()

    def run(self):
        while not self._stopped.wait(self.pause):
            try:
                self.turn()
            except Exception as error:
                if time.monotonic() < self.servers.disturbed_until:
                    self.excused += 1
                    continue
                self.errors.append(f"{type(self).__name__}: {error!r}")

    def stop(self):
        self._stopped.set()
        self.join(120)


class Shoppers(Actor):
    """Five read or click a second, by the signed links of a campaign sent before."""

    pause = 0.2
    shoppers = 2_000

    def __init__(self, servers, options):
        super().__init__(servers)
        self._base = servers.base
        paths = odoo_shell.call(
            options.database, "tracking_work", "prepare", self.shoppers
        )
        self._paths = [*paths["pixel"], *paths["click"]]
        self._opener = urllib.request.build_opener(_Stay())

    def turn(self):
        url = self._base + random.choice(self._paths)
        self._opener.open(url, timeout=30).read()


class _Stay(urllib.request.HTTPRedirectHandler):
    """The shop itself is not ours to visit."""

    def http_error_302(self, request, fp, code, msg, headers):
        return fp

    http_error_301 = http_error_303 = http_error_302


class Users(Actor):
    """A marketer who looks at the list of campaigns and at the last messages."""

    pause = 2.0

    def __init__(self, servers):
        super().__init__(servers)
        self._session = servers.session()

    def turn(self):
        self._session.call(
            "email.campaign", "web_search_read", [], {"name": {}, "status": {}}
        )
        self._session.call(
            "campaign.recipient", "web_search_read", [], {"state": {}}, limit=80
        )
