"""Same examples on every run, on a slow machine too, and no folder left behind."""

from pathlib import Path

from hypothesis import configuration, settings

ROOT = Path(__file__).resolve().parents[2]

configuration.set_hypothesis_home_dir(ROOT / ".run" / "hypothesis")
settings.register_profile("engine", deadline=None, database=None, derandomize=True)
settings.load_profile("engine")
