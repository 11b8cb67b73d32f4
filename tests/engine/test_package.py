"""The package stays light: what importing all of it must not load."""

import json
import pkgutil
import subprocess
import sys
from pathlib import Path

import marketing_engine

PROBE = """
import importlib, json, pkgutil, sys
import marketing_engine
names = [module.name for module in pkgutil.walk_packages(
    marketing_engine.__path__, "marketing_engine.")]
for name in names:
    importlib.import_module(name)
print(json.dumps({"imported": names, "loaded": sorted(sys.modules)}))
"""


def probe():
    done = subprocess.run(
        [sys.executable, "-c", PROBE],
        env={"PYTHONPATH": str(Path(marketing_engine.__file__).parents[1])},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def test_importing_everything_loads_neither_odoo_nor_scipy_stats():
    found = probe()
    files = {module.name for module in pkgutil.iter_modules(marketing_engine.__path__)}
    assert {"rfm", "experiments"} <= files
    assert {f"marketing_engine.{name}" for name in files} <= set(found["imported"])
    for unwanted in ("odoo", "scipy.stats", "lightgbm", "pandas", "hypothesis"):
        assert unwanted not in found["loaded"]
    assert "scipy.special" in found["loaded"]


def test_setting_up_an_experiment_does_not_load_the_optimiser():
    """A web process does it, while it answers."""
    code = """
import sys
from marketing_engine import experiments, overrides
features = [[float(n), n % 3] for n in range(20)]
experiments.match_controls(features, [1, 2, 3], 3)
experiments.draw_pairs(features, 4, seed=1)
experiments.stores_needed(0.02, 500, 0.005)
assert "scipy.optimize" not in sys.modules
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(Path(marketing_engine.__file__).parents[1])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.returncode, done.stderr


def test_it_is_no_odoo_module():
    folder = Path(marketing_engine.__file__).parent
    assert not (folder / "__manifest__.py").exists()
