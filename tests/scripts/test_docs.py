"""The pages of docs/ say what is there."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text()
GRAPH = ARCHITECTURE.split("## Addons")[1].split("## ")[0]


def manifests():
    """Return {addon: its dependencies on addons of ours}."""
    found = {}
    for path in sorted(ROOT.glob("addons/*/__manifest__.py")):
        depends = ast.literal_eval(path.read_text())["depends"]
        found[path.parent.name] = {name for name in depends if is_ours(name)}
    return found


def is_ours(name):
    return name.startswith("marketing_")


def rows():
    """Return {addon: (dependencies on addons of ours, what else the row says)}."""
    found = {}
    for line in GRAPH.splitlines():
        cells = [cell.strip() for cell in line.strip("| ").split("|")]
        if name := re.fullmatch(r"`(marketing_\w+)`", cells[0]):
            found[name[1]] = (set(re.findall(r"marketing_\w+", cells[1])), cells[2:])
    return found


def test_every_addon_has_its_row_with_its_dependencies():
    listed = {
        name: depends for name, (depends, rest) in rows().items() if "exists" in rest
    }
    # a plain package, without a manifest
    assert listed.pop("marketing_engine") == set()
    assert listed == manifests()


def test_no_planned_addon_exists():
    planned = {
        name for name, (_depends, rest) in rows().items() if "exists" not in rest
    }
    assert planned
    assert not [name for name in planned if (ROOT / "addons" / name).exists()]


def test_the_drawing_has_every_addon_in_capitals_when_it_exists():
    drawing = GRAPH.split("```")[1]
    for name, (_depends, rest) in rows().items():
        drawn = name.upper() if "exists" in rest else name
        assert re.search(rf"\b{drawn}\b", drawing), drawn


def test_links_between_pages_lead_somewhere():
    for page in (ROOT / "README.md", *ROOT.glob("docs/*.md")):
        for target in re.findall(r"\]\(([^)#\s]+)", page.read_text()):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_test_that_a_promise_names_exists():
    page = (ROOT / "docs" / "reliability.md").read_text()
    files = {path.name for path in ROOT.rglob("test_*.py")}
    named = set(re.findall(r"`(?:[\w/]*/)?(test_\w+\.py)`", page))
    assert len(named) > 50
    assert not named - files
