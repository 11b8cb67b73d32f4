"""The table of segments in the documentation is the one in the code."""

import re
from pathlib import Path

from marketing_engine import rfm

METHODS = Path(__file__).resolve().parents[2] / "docs" / "methods.md"
ROW = re.compile(
    r"^\| *([\w ]*?) *\| *`?(\w*)`? *\| *([1-5-]+) *\| *([1-5-]+) *\| *([1-5-]+) *\|",
    re.MULTILINE,
)


def documented():
    """Return {(key, label): list of boxes} as the page tells."""
    segments, current = {}, None
    for label, key, *ranges in ROW.findall(METHODS.read_text()):
        current = (key, label) if key else current
        bounds = [tuple(map(int, (text[0], text[-1]))) for text in ranges]
        segments.setdefault(current, []).append(rfm.Box(*bounds))
    return segments


def test_the_documented_ranges_are_the_ones_in_force():
    assert documented() == {
        (key, segment.label): list(segment.boxes)
        for key, segment in rfm.SEGMENTS.items()
    }
