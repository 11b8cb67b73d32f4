"""`scripts/soak` in its shortest form: every actor, and a fault every few seconds."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from worker_process import free_port

SOAK = Path(__file__).resolve().parents[2] / "benchmarks" / "soak.py"


@pytest.fixture
def copy():
    name = f"mm_soak_{os.getpid()}"
    subprocess.run(["createdb", "-T", os.environ["MM_TEST_TEMPLATE"], name], check=True)
    yield name
    subprocess.run(["dropdb", "--force", "--if-exists", name], check=True)


def test_short_form(copy):
    command = [sys.executable, SOAK, "--database", copy, "--port", free_port()]
    command += ["--minutes", 0.4, "--recipients", 400, "--events", 100]
    command += ["--fault-every", 4, "--least-faults", 3]
    done = subprocess.run(
        [str(part) for part in command],
        env={**os.environ, "MARKETING_BROKER_URL": os.environ["MM_TEST_REDIS"]},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    assert "verdict: nothing lost, nothing twice, memory flat" in done.stdout
    for what, least in ((r"messages sent", 300), (r"events ack", 500), ("faults", 3)):
        found = re.search(rf"([\d,]+) {what}", done.stdout)
        assert int(found[1].replace(",", "")) >= least, done.stdout
