"""Template databases: Odoo's addons once, ours on top, updated when changed."""

import hashlib
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

from . import lock, odoo, paths
from .postgres import binaries, psql
from .report import SetupError, run_logged, step

# What every database of the project starts from.
STOCK = (
    "sale_management",
    "mass_mailing",
    "phone_validation",
    "sale_margin",
    "website",
)
STOCK_DATABASE = "mm_stock"
NOISE = re.compile(r" (WARNING|ERROR|CRITICAL) ")


def exists(name: str) -> bool:
    return psql(f"SELECT 1 FROM pg_database WHERE datname = '{name}'") == "1"


def drop(name: str) -> None:
    run_logged([binaries() / "dropdb", "--if-exists", "-f", name], _log("createdb"))
    _state_file(name).unlink(missing_ok=True)
    shutil.rmtree(paths.FILESTORE / name, ignore_errors=True)


def copy(source: str, target: str) -> None:
    """Replace ``target`` by a copy of ``source``, with its attachments."""
    drop(target)
    run_logged([binaries() / "createdb", "-T", source, target], _log("createdb"))
    if (paths.FILESTORE / source).is_dir():
        # links: a file is named by its content, Odoo never changes one
        shutil.copytree(
            paths.FILESTORE / source, paths.FILESTORE / target, copy_function=os.link
        )


def suite_addons() -> list[str]:
    return sorted(path.parent.name for path in paths.ADDONS.glob("*/__manifest__.py"))


def ensure_stock() -> str:
    """Return the database with Odoo's own addons, made on the first use."""
    wanted = {"stock": ",".join(STOCK), "odoo": str(odoo.find().python_path)}
    if _state(STOCK_DATABASE) != wanted or not exists(STOCK_DATABASE):
        drop(STOCK_DATABASE)
        with step(f"Installing Odoo's own addons ({', '.join(STOCK)}), about a minute"):
            _odoo(STOCK_DATABASE, STOCK)
        _remember(STOCK_DATABASE, wanted)
    return STOCK_DATABASE


def ensure_suite(name: str) -> bool:
    """Bring ``name`` to the addons as they stand; return whether it is new."""
    with lock.setup():
        return _update_suite(name)


def _update_suite(name: str) -> bool:
    """Install what is missing, update what changed.

    A changed addon is updated; the state file is written last, so a database that
    a killed run left half-way is made again.
    """
    wanted = {addon: _addon_hash(addon) for addon in suite_addons()}
    had = _state(name) if exists(name) else None
    if had == wanted:
        return False
    new = had is None or set(had) - set(wanted)
    if new:
        copy(ensure_stock(), name)
        had = {}
    changed = [addon for addon in wanted if had.get(addon) != wanted[addon]]
    _state_file(name).unlink(missing_ok=True)
    title = f"Installing {len(changed)} addons" if new else f"Updating {len(changed)}"
    with step(f"{title} in the database {name}"):
        install = [addon for addon in changed if addon not in had]
        _odoo(name, install, [addon for addon in changed if addon in had])
    _remember(name, wanted)
    return bool(new)


def _odoo(name: str, install, update=()) -> None:
    """Install and update at once: an addon may need what another brings only now.

    A log with warnings is refused: they are bugs to come.
    """
    log = _log(f"install-{name}")
    log.unlink(missing_ok=True)
    command = odoo.command("-c", paths.ODOO_CONF, "-d", name)
    command += ["-i", ",".join(install)] if install else []
    command += ["-u", ",".join(update)] if update else []
    command += ["--stop-after-init", "--no-http"]
    run_logged(command, log, hint=f"The whole log: {log}")
    noise = [line for line in log.read_text().splitlines() if NOISE.search(line)]
    if noise:
        raise SetupError("The installation is not clean:\n" + "\n".join(noise[:10]))


def _addon_hash(addon: str) -> str:
    """Return a hash of all that an update of the addon would read."""
    folder = paths.ADDONS / addon
    files = sorted(
        path
        for path in folder.rglob("*")
        if path.is_file()
        and "tests" not in path.relative_to(folder).parts
        and path.suffix not in (".pyc", ".pot")
    )
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file.relative_to(folder)}\0".encode() + file.read_bytes())
    return digest.hexdigest()


def _log(name: str) -> Path:
    return paths.LOGS / f"{name}.log"


def _state_file(name: str) -> Path:
    return paths.RUN / "state" / f"{name}.json"


def _state(name: str) -> dict | None:
    try:
        return json.loads(_state_file(name).read_text())
    except (OSError, ValueError):
        return None


def _remember(name: str, state: dict) -> None:
    file = _state_file(name)
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(state, indent=1))


def count(name: str, table: str) -> int:
    """Return the number of rows of ``table``, 0 when it is not there yet."""
    command = [
        str(binaries() / "psql"),
        "-XAtqc",
        f"SELECT count(*) FROM {table}",
        name,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return int(done.stdout or 0) if done.returncode == 0 else 0
