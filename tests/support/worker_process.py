"""A real Celery worker in its own process group, as production runs it."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

SWEEP_SECONDS = 2


def wait_for(condition, seconds=20, what="the expected state"):
    """Return the first true value of ``condition``; fail after ``seconds``."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.1)
    raise AssertionError(f"{what} was not reached in {seconds} s")


class WorkerProcess:
    """A Celery worker with two children, in its own process group."""

    def __init__(self, configuration, database, folder, **environment):
        self.log = Path(folder) / "worker.log"
        settings = Path(folder) / "celeryconfig.py"
        settings.write_text(f"marketing_sweep_seconds = {SWEEP_SECONDS}\n")
        self.environment = {**os.environ, "MARKETING_CELERY_CONFIG": str(settings)}
        self.environment.update(environment)
        # Jobs are told apart by their traces in the database, not by this log.
        folders = next(
            line.partition("=")[2].strip()
            for line in Path(configuration).read_text().splitlines()
            if line.startswith("addons_path")
        )
        self.command = [sys.executable, "-m", "odoo", f"--addons-path={folders}"]
        self.command += ["marketing_worker", "-c", str(configuration), "-d", database]
        self.command += ["--concurrency=2", "--log-handler=celery:INFO"]
        self.process = None

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def start(self):
        """Start the worker unless it runs; return when it takes jobs."""
        if self.is_running():
            return
        self.log.write_bytes(b"")
        with self.log.open("ab") as stream:
            self.process = subprocess.Popen(
                self.command,
                stdout=stream,
                stderr=subprocess.STDOUT,
                env=self.environment,
                start_new_session=True,
            )
        wait_for(lambda: " ready." in self.read_log(), 60, "a ready worker")

    def read_log(self):
        return self.log.read_text(errors="replace")

    def children(self):
        """Return the process ids of the children that run jobs."""
        pid = self.process.pid
        return [
            int(child)
            for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        ]

    def kill_children(self):
        killed = self.children()
        for child in killed:
            os.kill(child, signal.SIGKILL)
        return killed

    def kill(self):
        """Kill the parent and its children at once, as a power cut does."""
        if self.process:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def stop(self):
        if self.is_running():
            self.process.terminate()
            try:
                self.process.wait(40)
            except subprocess.TimeoutExpired:
                self.kill()


def free_port():
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
