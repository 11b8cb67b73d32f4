"""Virtual environments below ``.run/``, rebuilt when their requirements change."""

import shutil
import subprocess
import sys
from pathlib import Path

from . import paths
from .report import run_logged, step

TOOLS = paths.RUN / "tools"
HINT = "Is the Python package index reachable? See pip's own message below."


def ensure_server(*, tests: bool = False) -> None:
    """Create or complete the environment of Odoo, the workers and the tests."""
    wanted = [paths.ROOT / "requirements.txt"]
    if tests:
        wanted.append(paths.ROOT / "requirements-dev.txt")
    title = "Python environment for the tests" if tests else "Python environment"
    _ensure(paths.VENV, title, wanted)


def ensure_tools() -> Path:
    """Create the environment of the demo's tools; return its Python.

    It reads the data's file format and plays the mail server; the server itself
    never needs these packages.
    """
    _ensure(TOOLS, "Tools of the demo", [paths.CONFIG / "requirements-tools.txt"])
    return TOOLS / "bin" / "python"


def _ensure(folder: Path, title: str, requirements: list[Path]) -> None:
    python = folder / "bin" / "python"
    stamps = folder / "installed"
    todo = [file for file in requirements if not _is_done(stamps, file)]
    if python.is_file() and not todo:
        return
    with step(f"{title} in .run/{folder.name}"):
        if not _works(python):
            shutil.rmtree(folder, ignore_errors=True)
            run_logged([sys.executable, "-m", "venv", folder], paths.LOGS / "pip.log")
            todo = requirements
        stamps.mkdir(parents=True, exist_ok=True)
        for file in todo:
            _install(python, file)
            (stamps / file.name).write_text(paths.fingerprint(file, extra=sys.version))


def _is_done(stamps: Path, file: Path) -> bool:
    stamp = stamps / file.name
    return stamp.is_file() and stamp.read_text() == paths.fingerprint(
        file, extra=sys.version
    )


def _works(python: Path) -> bool:
    """Tell a usable environment from one that was killed half-way."""
    if not python.is_file():
        return False
    probe = [str(python), "-m", "pip", "--version"]
    return not subprocess.run(probe, capture_output=True, check=False).returncode


def _install(python: Path, file: Path) -> None:
    command = [python, "-m", "pip", "install", "--quiet", "--no-input"]
    command += ["--disable-pip-version-check", "-r", file]
    run_logged(command, paths.LOGS / "pip.log", hint=HINT)
