"""The server's requirements are enough without what only the tests need."""

import importlib.metadata
import subprocess
import sys
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
# Imported by a worker on its way to the broker; Celery loads the transport by its name.
NEEDED = ("celery", "kombu.transport.redis", "fastjsonschema", "scipy.special")
BLOCK = """
import sys, importlib
class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {blocked!r}:
            raise ModuleNotFoundError("not in requirements.txt: " + name)
sys.meta_path.insert(0, Blocker())
for name in {needed!r}:
    importlib.import_module(name)
"""


def declared():
    for line in (ROOT / "requirements.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            yield Requirement(line)


def closure(requirements):
    """Return the names of the distributions that pip installs for them."""
    seen, todo = set(), list(requirements)
    while todo:
        requirement = todo.pop()
        name = canonicalize_name(requirement.name)
        key = (name, frozenset(requirement.extras))
        if key in seen:
            continue
        seen.add(key)
        for line in importlib.metadata.requires(name) or ():
            child = Requirement(line)
            extras = requirement.extras or {""}
            if not child.marker or any(
                child.marker.evaluate({"extra": extra}) for extra in extras
            ):
                todo.append(child)
    return {name for name, _extras in seen}


def run_without(others):
    code = BLOCK.format(blocked=others, needed=NEEDED)
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)


def modules_outside(names):
    """Return the top modules that no distribution of ``names`` brings."""
    return {
        module
        for module, owners in importlib.metadata.packages_distributions().items()
        if not {canonicalize_name(owner) for owner in owners} & names
        and module not in sys.stdlib_module_names
    }


def test_a_worker_starts_with_the_requirements_alone():
    done = run_without(modules_outside(closure(declared())))
    assert not done.returncode, done.stderr


def test_it_would_notice_what_is_missing():
    # kombu's transport needs `packaging`, which only its extra declares
    bare = [Requirement(str(one).replace("[redis]", "")) for one in declared()]
    others = modules_outside(closure(bare))
    assert "packaging" in others
    assert "packaging" in run_without(others).stderr
