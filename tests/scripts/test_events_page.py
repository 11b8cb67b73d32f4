"""docs/events.md says of each built-in event type what the catalogue says."""

import importlib.util
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "events.md").read_text()
SEED = "addons/marketing_base/data/marketing_event_type_*.xml"


def catalogue():
    path = ROOT / "addons" / "marketing_base" / "event_catalogue.py"
    spec = importlib.util.spec_from_file_location("event_catalogue", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.BUILT_IN


def rows():
    """Return {type: (names in the column of properties, emitter)} of the page."""
    found = {}
    for line in PAGE.splitlines():
        cells = [cell.strip() for cell in line.strip("| ").split(" | ")]
        if len(cells) == 4 and (name := re.fullmatch(r"`(\w+)`", cells[0])):
            found[name[1]] = (cells[2], cells[3])
    return found


def test_each_seeded_type_is_in_the_catalogue():
    seeded = set()
    for path in ROOT.glob(SEED):
        seeded |= set(re.findall(r'<field name="code">(\w+)</field>', path.read_text()))
    assert seeded == set(catalogue())


def test_each_type_has_its_line():
    assert set(rows()) == set(catalogue())


def test_properties_and_emitters_agree():
    listed = rows()
    for name, entry in catalogue().items():
        properties, emitter = listed[name]
        words = re.findall(r"`(\w+)`", properties)
        if properties.startswith("as `"):
            words = [*catalogue()[words[0]].properties, *words[1:]]
        assert set(words) == set(entry.properties), name
        assert emitter.strip("_") == (entry.emitter or "programs"), name


def test_emitters_that_are_planned_are_in_italics():
    addons = {path.parent.name for path in ROOT.glob("addons/*/__manifest__.py")}
    for name, (_properties, emitter) in rows().items():
        if emitter.strip("_") not in {*addons, "programs"}:
            assert emitter.startswith("_"), name
