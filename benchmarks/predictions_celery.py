"""Batches of scores through a Celery worker, and what its processes hold."""

import os
import re
import signal
import subprocess
import tempfile
from pathlib import Path

import odoo_shell

WORKER = odoo_shell.HERE.parent / "scripts" / "worker"


def score_by_celery(options):
    """Return the seconds from the first to the last batch, and the peak memory."""
    command = [WORKER, "-d", options["database"], "--queues", "score"]
    command += ["--concurrency", options["processes"]]
    with tempfile.TemporaryFile() as log:
        worker = subprocess.Popen(
            [str(part) for part in command],
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            seconds = odoo_shell.call(
                options["database"], "predictions_work", "enqueue", options
            )
            memory = max(map(_peak, _children(worker.pid)))
        finally:
            os.killpg(worker.pid, signal.SIGTERM)
            worker.wait(60)
    return seconds, memory


def _children(pid):
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in children]


def _peak(pid):
    """Return the most memory that a process ever held, in MiB."""
    status = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0.0
