"""``scripts/soak``: sending, events and faults for half an hour, then a verdict.

The work is `benchmarks/soak.py`; here it gets a database of its own, which stays when
something was found.
"""

import os
import subprocess

from . import databases, odoo, paths, processes, redis_server, tests
from .report import say

DATABASE = "mm_soak"


def main(arguments: list[str]) -> int:
    """Run it with ``--minutes``, ``--recipients``, ``--events``, ``--fault-every``."""
    odoo.prepare(tests=True)
    databases.ensure_suite(tests.TEMPLATE)
    databases.copy(tests.TEMPLATE, DATABASE)
    os.environ["MARKETING_BROKER_URL"] = redis_server.start()
    command = [paths.PYTHON, paths.ROOT / "benchmarks" / "soak.py"]
    command += ["--database", DATABASE, "--port", processes.free_port(), *arguments]
    done = subprocess.run([str(part) for part in command], check=False)
    if done.returncode:
        say(f"The database {DATABASE} is kept.")
    else:
        databases.drop(DATABASE)
    return done.returncode
