"""What goes wrong during a soak, and what is watched."""

import contextlib
import os
import signal
import statistics
import time
from collections import Counter
from itertools import cycle
from pathlib import Path

import psycopg2

from soak_actors import Actor

# one after the other; Odoo itself seldom, so that its memory can be watched in between
ROUND = ("child", "connections", "child", "worker", "child") * 2 + (
    "child",
    "connections",
    "odoo",
    "child",
    "worker",
    "child",
    "connections",
)
RECOVERY_SECONDS = 45
CUT = """
    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


class Faults(Actor):
    """Kills a process, or ends every session of PostgreSQL, one fault a turn.

    When the time is over the last campaign may end in peace.
    """

    def __init__(self, servers, options):
        super().__init__(servers)
        self.pause = options.fault_every or 10**6
        self.done = Counter()
        self._round = cycle(ROUND)
        self._least = options.least_faults
        self._end = time.monotonic() + 60 * options.minutes

    def is_over(self):
        """Return whether the time is over, and as much went wrong as was wanted."""
        is_enough = sum(self.done.values()) >= self._least
        return time.monotonic() > self._end and is_enough

    def turn(self):
        if self.is_over():
            return
        fault = next(self._round)
        self.servers.disturbed_until = time.monotonic() + RECOVERY_SECONDS
        getattr(self, f"_hurt_{fault}")()
        self.done[fault] += 1

    def _hurt_child(self):
        for child in self.servers.worker_children()[:1]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)

    def _hurt_worker(self):
        _kill(self.servers.worker)
        self.servers.start_worker()

    def _hurt_odoo(self):
        _kill(self.servers.odoo)
        self.servers.start_odoo()

    def _hurt_connections(self):
        connection = psycopg2.connect(dbname=self.servers.database)
        try:
            connection.cursor().execute(CUT)
        finally:
            connection.close()


def _kill(process):
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


class Memory(Actor):
    """Samples what Odoo, the worker's parent and its children hold."""

    pause = 10.0

    def __init__(self, servers):
        super().__init__(servers)
        self._samples = {}

    def turn(self):
        self._note("Odoo", self.servers.odoo.pid)
        self._note("worker", self.servers.worker.pid)
        for child in self.servers.worker_children():
            self._note("worker process", child)

    def _note(self, name, pid):
        with contextlib.suppress(OSError):
            status = Path(f"/proc/{pid}/status").read_text()
            for line in status.splitlines():  # one that was killed has no such line
                if line.startswith("VmRSS"):
                    kilobytes = int(line.split()[1])
                    self._samples.setdefault(f"{name} {pid}", []).append(
                        kilobytes / 1000
                    )

    def summary(self):
        """Return {process: (MB early, MB late)} of those that lived for five minutes.

        Early is the median of the second minute, when all is loaded; late of the last.
        """
        return {
            name: (statistics.median(values[6:12]), statistics.median(values[-6:]))
            for name, values in self._samples.items()
            if len(values) >= 30
        }
