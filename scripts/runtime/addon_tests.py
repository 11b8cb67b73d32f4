"""The addons' own tests, in two processes with a database each.

One process leaves half of a machine idle: it waits for PostgreSQL, and PostgreSQL for
it.
"""

import os
import subprocess
from pathlib import Path

from . import databases, paths, processes

DATABASE = "mm_test"
SHARDS = 2
TOUR = 30_000  # a browser tour takes as long as so many bytes of other tests


def run(template: str, results: Path, options: list[str]) -> bool:
    """Run all files, or in one process what pytest's ``options`` choose."""
    shards = share(find_files(paths.ADDONS), 1 if options else SHARDS)
    names = [f"addons-{number}" for number in range(1, len(shards) + 1)]
    commands = [
        _prepare(template, name, number, results / f"{name}.xml")
        for number, name in enumerate(names, 1)
    ]
    running = [
        _start(command, files, options, results / f"{name}.log" if number else None)
        for number, (name, command, files) in enumerate(
            zip(names, commands, shards, strict=True)
        )
    ]
    codes = [process.wait() for process in running]
    for name in names[1:]:
        print(f"\n─── {name}\n{(results / f'{name}.log').read_text()}", flush=True)
    return not any(codes)


def find_files(folder: Path) -> dict[str, int]:
    """Return the weight of each file of tests."""
    files = sorted(folder.glob("*/tests/**/test_*.py"))
    return {str(file): _weigh(file.read_text()) for file in files}


def _weigh(text: str) -> int:
    return len(text) + TOUR * text.count("start_tour(")


def share(weights: dict[str, int], number: int) -> list[list[str]]:
    """Deal out files, the heaviest first, so that all parts weigh about the same."""
    shards = [[0, []] for _shard in range(number)]
    for file in sorted(weights, key=lambda file: (-weights[file], file)):
        lightest = min(shards, key=lambda shard: shard[0])
        lightest[0] += weights[file]
        lightest[1].append(file)
    return [sorted(files) for _weight, files in shards]


def _prepare(template: str, name: str, number: int, result: Path) -> list[str]:
    database = f"{DATABASE}_{number}"
    databases.copy(template, database)
    rc = _write_configuration(name)
    command = [paths.PYTHON, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    command += ["-p", "patient_browser", "--durations=5", f"--junit-xml={result}"]
    command += [f"--odoo-database={database}", f"--odoo-config={rc}", "--odoo-http"]
    return [str(part) for part in command]


def _write_configuration(name: str) -> Path:
    ports = {name: processes.free_port() for name in ("http_port", "gevent_port")}
    lines = [
        f"{key} = {ports[key]}" if (key := line.partition(" ")[0]) in ports else line
        for line in paths.ODOO_CONF.read_text().splitlines()
    ]
    rc = paths.RUN / f"odoo-{name}.conf"
    rc.write_text("\n".join(lines) + "\n")
    rc.chmod(0o600)
    return rc


def _start(command, files, options, log: Path | None) -> subprocess.Popen:
    rc = next(part for part in command if part.startswith("--odoo-config="))
    support = str(paths.ROOT / "tests" / "support")
    python_path = os.pathsep.join([os.environ["PYTHONPATH"], support])
    output = log.open("w") if log else None
    return subprocess.Popen(
        [*command, *files, *options],
        cwd=paths.ROOT,
        env={
            **os.environ,
            "ODOO_RC": rc.partition("=")[2],
            "PYTHONPATH": python_path,
        },
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output and subprocess.STDOUT,
    )
