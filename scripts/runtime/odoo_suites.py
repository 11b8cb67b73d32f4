"""``scripts/odoo_suites``: do Odoo's own tests still pass with our addons installed?

Both runs are Odoo's: a fresh database, ``-i`` with ``--test-tags``, so that tests at
install and after installation run when Odoo would run them. What fails without us is
the baseline of this machine; only what differs is a finding.
"""

import argparse
import os
import re
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from . import databases, odoo, paths, postgres, processes
from .report import SetupError, run_logged, say, step, tail

ADDONS = ("mass_mailing", "sale", "loyalty")
PLAIN, OURS = "mm_odoo_plain", "mm_odoo_ours"
_LINE = re.compile(
    r"^\S+ \S+ \d+ (?:INFO|ERROR) \S+ (?P<logger>odoo\.\S*tests?\S*): "
    r"(?P<what>Starting|FAIL:|ERROR:|skipped) (?P<test>.*?)(?: \.\.\.| : .*)?\s*$"
)
_SUBTEST = re.compile(r"^Subtest (\S+).*$")


@dataclass
class Outcome:
    """What one run did: tests by name."""

    started: set = field(default_factory=set)
    failed: set = field(default_factory=set)
    skipped: set = field(default_factory=set)

    def describe(self) -> str:
        return (
            f"{len(self.started)} tests, {len(self.failed)} failed, "
            f"{len(self.skipped)} skipped"
        )


def main(arguments: list[str]) -> int:
    """Run both and print the difference; return 1 when there is one."""
    wanted = _parse(arguments)
    odoo.prepare(tests=True)
    plain = _run(PLAIN, wanted, "without our addons", ())
    ours = _run(OURS, wanted, "with our addons", databases.suite_addons())
    return report(plain, ours)


def _parse(arguments: list[str]) -> list[str]:
    parser = argparse.ArgumentParser(prog="scripts/odoo_suites", description=__doc__)
    parser.add_argument("--addons", default=",".join(ADDONS))
    return [name for name in parser.parse_args(arguments).addons.split(",") if name]


def _run(database: str, wanted: list[str], title: str, more) -> Outcome:
    """Install into a fresh database with the tests of ``wanted``; read the log."""
    _require_tests(wanted)
    _create(database)
    log = paths.LOGS / f"{database}.log"
    names = dict.fromkeys([*databases.STOCK, *wanted, *more])
    started = time.monotonic()
    with step(f"Odoo's tests of {', '.join(wanted)} {title} (log: {log})"):
        # the exit code says that a test failed, which is read from the log
        with log.open("wb") as stream:
            subprocess.run(
                _prepare_command(database, names, wanted),
                stdout=stream,
                stderr=subprocess.STDOUT,
                check=False,
                stdin=subprocess.DEVNULL,
                env=os.environ,
            )
    outcome = read_log(log)
    if not outcome.started:
        raise SetupError(f"No test ran. {tail(log)}")
    say(f"  {outcome.describe()} in {time.monotonic() - started:.0f} s")
    databases.drop(database)
    return outcome


def _create(database: str) -> None:
    databases.drop(database)
    run_logged(
        [postgres.binaries() / "createdb", "-T", "template0", database],
        paths.LOGS / "createdb.log",
    )


def _prepare_command(database: str, install, tested: list[str]) -> list[str]:
    command = odoo.command("-c", paths.ODOO_CONF, "-d", database)
    command += ["-i", ",".join(install), "--stop-after-init"]
    # tests of Odoo's addons only: those of ours have their own command
    command += ["--test-tags", ",".join(f"/{name}" for name in tested)]
    command += ["--http-port", str(processes.free_port())]
    return [*command, "--gevent-port", str(processes.free_port())]


def _require_tests(wanted: list[str]) -> None:
    """A package may come without its tests: then a clean difference means nothing."""
    folders = odoo.find().addons_paths
    for name in wanted:
        if not any((folder / name / "tests").is_dir() for folder in folders):
            raise SetupError(
                f"This Odoo has no tests for {name!r}. Name an addon that has some, or "
                "set ODOO_HOME to a full Odoo 19.0 checkout."
            )


def read_log(log: Path) -> Outcome:
    """Collect the tests of a log by module, class and method."""
    outcome = Outcome()
    targets = {
        "Starting": outcome.started,
        "FAIL:": outcome.failed,
        "ERROR:": outcome.failed,
        "skipped": outcome.skipped,
    }
    with log.open(errors="replace") as lines:
        for line in lines:
            if found := _LINE.match(line):
                name = _SUBTEST.sub(r"\1", found["test"])
                targets[found["what"]].add(f"{found['logger']}: {name}")
    return outcome


def report(plain: Outcome, ours: Outcome) -> int:
    """Print the baseline and the difference; return 1 when our addons change one."""
    _say_list("Fail without our addons too (baseline)", plain.failed & ours.failed)
    _say_list("Fail only without our addons", plain.failed - ours.failed)
    changes = {
        "FAIL ONLY WITH OUR ADDONS": ours.failed - plain.failed,
        "SKIPPED ONLY WITH OUR ADDONS": ours.skipped - plain.skipped,
        "DID NOT RUN WITH OUR ADDONS": plain.started - ours.started,
    }
    for title, tests in changes.items():
        _say_list(title, tests)
    differ = any(changes.values())
    say(f"\nWithout: {plain.describe()}\nWith:    {ours.describe()}")
    say("There is a difference." if differ else "No difference.")
    return int(differ)


def _say_list(title: str, tests: set) -> None:
    if tests:
        say(f"\n{title}:")
        for test in sorted(tests):
            say(f"  {test}")
