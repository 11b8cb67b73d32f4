"""What goes wrong during a soak, and what is watched."""

import contextlib
import os
import signal
import statistics
from pathlib import Path

from soak_actors import Actor


class Faults(Actor):
    """Kills a process of the worker; every fifth time all of the worker."""

    def __init__(self, servers, options):
        super().__init__()
        self.pause = options.fault_every or 10**6
        self.kills = 0
        self._servers = servers
        self._turns = 0

    def turn(self):
        self._turns += 1
        if self._turns % 5 == 0:
            self._kill_worker()
        else:
            self._kill_child()

    def _kill_child(self):
        for child in self._servers.worker_children()[:1]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
                self.kills += 1

    def _kill_worker(self):
        worker = self._servers.worker
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
        self.kills += 1
        self._servers.start_worker()


class Memory(Actor):
    """Samples what Odoo, the worker's parent and its children hold."""

    pause = 10.0

    def __init__(self, servers):
        super().__init__()
        self._servers = servers
        self._samples = {}

    def turn(self):
        children = self._servers.worker_children()
        self._note("Odoo", self._servers.odoo.pid)
        for child in children:
            self._note(f"worker process {child}", child)

    def _note(self, name, pid):
        with contextlib.suppress(OSError):
            status = Path(f"/proc/{pid}/status").read_text()
            for line in status.splitlines():  # one that was killed has no such line
                if line.startswith("VmRSS"):
                    kilobytes = int(line.split()[1])
                    self._samples.setdefault(name, []).append(kilobytes / 1000)

    def summary(self):
        """Return {process: (MB early, MB late)} of those that lived for five minutes.

        Early is the median of the second minute, when all is loaded; late of the last.
        """
        return {
            name: (statistics.median(values[6:12]), statistics.median(values[-6:]))
            for name, values in self._samples.items()
            if len(values) >= 30
        }
