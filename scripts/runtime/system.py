"""The few Debian packages the commands need: installed as root, asked for otherwise."""

import os
import shutil
import subprocess
from collections.abc import Callable
from ctypes.util import find_library
from pathlib import Path

from . import paths
from .report import SetupError, run_logged, say, step


def _has(*programs: str) -> Callable[[], bool]:
    return lambda: all(shutil.which(program) for program in programs)


def _has_postgres() -> bool:
    return bool(list(Path("/usr/lib/postgresql").glob("*/bin/initdb"))) or bool(
        shutil.which("initdb")
    )


def _has_chromium() -> bool:
    return any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome")))


def _has_library(name: str) -> Callable[[], bool]:
    return lambda: find_library(name) is not None


# package -> does the machine have what we want of it?
SERVE = {
    "postgresql": _has_postgres,
    "redis-server": _has("redis-server"),
    "ca-certificates": Path("/etc/ssl/certs/ca-certificates.crt").is_file,
}
TEST = {
    **SERVE,
    "chromium": _has_chromium,
    "fonts-liberation": Path("/usr/share/fonts/truetype/liberation").is_dir,
    "nodejs": _has("node"),
    "npm": _has("npm"),
    # of LightGBM
    "libgomp1": _has_library("gomp"),
}
# Used where it is there: not every Debian has it. Odoo makes PDF files with it.
WANTED = {"wkhtmltopdf": _has("wkhtmltopdf")}


def require(packages: dict[str, Callable[[], bool]]) -> None:
    """Install what is missing, or say in one message what to install."""
    missing = [name for name, present in packages.items() if not present()]
    if not missing:
        _install_wanted()
        return
    install = f"apt-get install -y --no-install-recommends {' '.join(missing)}"
    if not shutil.which("apt-get") or os.geteuid():
        raise SetupError(
            f"These programs are missing: {', '.join(missing)}. As root, run:\n"
            f"  apt-get update && {install}\nthen the same command again."
        )
    with step(f"Installing {', '.join(missing)}"):
        log = paths.LOGS / "apt.log"
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        # Debian starts a cluster of its own on installation: we use a private one.
        run_logged(["apt-get", "update"], log, hint="Is the Debian mirror reachable?")
        run_logged(install.split(), log, env=environment, hint="See the log.")
    _install_wanted()


def _install_wanted() -> None:
    """Install what is nice to have and offered; without it everything else works."""
    missing = [name for name, present in WANTED.items() if not present()]
    if not missing or not shutil.which("apt-get") or os.geteuid():
        return
    offered = [name for name in missing if _is_offered(name)]
    if not offered:
        return
    install = f"apt-get install -y --no-install-recommends {' '.join(offered)}"
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    log = paths.LOGS / "apt.log"
    with step(f"Installing {', '.join(offered)}"):
        try:
            run_logged(["apt-get", "update"], log)
            run_logged(install.split(), log, env=environment)
        except SetupError:
            say(f"  goes on without {', '.join(offered)}: see {log}")


def _is_offered(name: str) -> bool:
    """Whether this machine's mirror has the package, as far as apt knows by now."""
    known = subprocess.run(
        ["apt-cache", "show", name], capture_output=True, check=False
    )
    return known.returncode == 0
