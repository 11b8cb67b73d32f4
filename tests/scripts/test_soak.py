"""The verdict of a soak: each thing that can go wrong is seen."""

import sys
from collections import Counter
from copy import deepcopy
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))
import soak_report

GOOD = {
    "states": {"a": "sent", "b": "sent", "c": "in_doubt"},
    "wrong": [],
    "accepted": Counter("abc"),
    "stored": {"0": [500, 500], "1": [300, 300], "2": [10, 10]},
    "acknowledged": {0: 500, 1: 300},
    "offered": {0: 500, 1: 300},
    "campaigns": 1,
    "faults": {"child": 1},
    "seconds": 60.0,
    "errors": [],
    "excused": 2,
    "memory": {"Odoo 7": (200.0, 210.0)},
}
GOOD["offered"][2] = GOOD["acknowledged"][2] = 10


def test_a_good_soak(capsys, tmp_path):
    assert soak_report.report(GOOD, tmp_path) == 0
    text = capsys.readouterr().out
    assert "verdict: nothing lost, nothing twice, memory flat" in text
    assert "810 events acknowledged (14 a second)" in text


@pytest.mark.parametrize(
    ("path", "value", "finding"),
    [
        (("accepted", "a"), 2, "messages sent twice"),
        (("accepted", "b"), None, "messages sent, but never arrived"),
        (("accepted", "d"), 1, "messages arrived, but neither sent nor in doubt"),
        (("states", "a"), "queued", "messages neither sent nor in doubt"),
        (("faults", "child"), 0, "doubts beyond the faults"),
        (("wrong",), ["7: {}"], "counters that differ"),
        (("stored", "1"), [299, 299], "events lost after a 202"),
        (("stored", "1"), None, "events lost after a 202"),
        (("stored", "1"), [301, 300], "events stored twice"),
        (("stored", "9"), [5, 5], "events that nobody sent"),
        (("acknowledged", 1), None, "batches never acknowledged"),
        (("errors",), ["Users: 500"], "errors of shoppers, users and programs"),
        (("memory", "Odoo 7"), (200.0, 221.0), "memory that grows"),
    ],
)
def test_each_finding_fails(capsys, tmp_path, path, value, finding):
    figures = deepcopy(GOOD)
    *parents, last = path
    holder = figures
    for name in parents:
        holder = holder[name]
    if value is None:
        del holder[last]
    else:
        holder[last] = value
    assert soak_report.report(figures, tmp_path) == 1
    text = capsys.readouterr().out
    assert "verdict: FAILED" in text
    [line] = [line for line in text.splitlines() if line.startswith(f"{finding}:")]
    assert not line.endswith(": 0")
