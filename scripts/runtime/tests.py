"""``scripts/test``: every check of the project, each part on its own."""

import os
import subprocess
import time
import xml.etree.ElementTree as ElementTree

from . import addon_tests, databases, odoo, paths, redis_server
from .report import SetupError, say

TEMPLATE = "mm_suite"
RESULTS = paths.RUN / "results"


def main(arguments: list[str]) -> int:
    """Run the named parts (all of them by default); return 1 when one failed."""
    names, options = _split(arguments)
    prepare()
    failed = []
    for name in names:
        say(f"\n═══ {name} " + "═" * (60 - len(name)))
        started = time.monotonic()
        if not PARTS[name](options):
            failed.append(name)
        say(f"    {name}: {time.monotonic() - started:.0f} s")
    return _conclude(failed)


def _split(arguments: list[str]) -> tuple[list[str], list[str]]:
    cut = arguments.index("--") if "--" in arguments else len(arguments)
    names, options = arguments[:cut], arguments[cut + 1 :]
    unknown = set(names) - set(PARTS)
    if unknown:
        raise SetupError(
            f"Unknown part: {', '.join(sorted(unknown))}. Choose from "
            f"{', '.join(PARTS)}; pytest's options follow after `--`."
        )
    return names or list(PARTS), options


def prepare() -> None:
    """Bring the machine to where every part can run."""
    odoo.prepare(tests=True)
    RESULTS.mkdir(exist_ok=True)
    for old in RESULTS.glob("*.xml"):
        old.unlink()


def _pytest(name: str, targets: list[str], options: list[str], **extra: str) -> bool:
    command = [paths.PYTHON, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    command += ["--durations=5", f"--junit-xml={RESULTS / name}.xml", *targets]
    done = subprocess.run(
        [str(part) for part in (*command, *options)],
        cwd=paths.ROOT,
        env={**os.environ, **extra},
        stdin=subprocess.DEVNULL,
        check=False,
    )
    return done.returncode == 0


def lint(_options: list[str]) -> bool:
    return (
        subprocess.run([paths.ROOT / "scripts" / "lint"], check=False).returncode == 0
    )


def engine(options: list[str]) -> bool:
    """The formulas, without Odoo in reach."""
    path = {"PYTHONPATH": str(paths.ADDONS)}
    return _pytest("engine", ["-p", "no:odoo", "tests/engine"], options, **path)


def scripts(options: list[str]) -> bool:
    path = {"PYTHONPATH": f"{paths.ROOT / 'scripts'}:{os.environ['PYTHONPATH']}"}
    return _pytest("scripts", ["-p", "no:odoo", "tests/scripts"], options, **path)


def addons(options: list[str]) -> bool:
    """Each addon's own tests, browser tours included, on fresh copies."""
    databases.ensure_suite(TEMPLATE)
    return addon_tests.run(TEMPLATE, RESULTS, options)


def queue(options: list[str]) -> bool:
    """Jobs under kill -9, a dead broker and an emptied Redis, in real processes."""
    return _real_processes("queue", options)


def faults(options: list[str]) -> bool:
    """Sending under fire, in real processes against a real mail server."""
    return _real_processes("faults", options)


def production(options: list[str]) -> bool:
    """What is deployed: the files, and the start scripts of the containers."""
    return _real_processes("production", options)


def translations(options: list[str]) -> bool:
    """The translation templates against what Odoo's exporter reads today."""
    return _real_processes("translations", options)


def api(options: list[str]) -> bool:
    """Made-up requests to every operation of the API, on a running server."""
    return _real_processes("api", options)


def acceptance(options: list[str]) -> bool:
    """A campaign through two providers: the same numbers on every page."""
    return _real_processes("acceptance", options)


def demo(options: list[str]) -> bool:
    """The demo's whole story, in small, on a running server."""
    return _real_processes("demo", options)


def _real_processes(name: str, options: list[str]) -> bool:
    databases.ensure_suite(TEMPLATE)
    return _pytest(
        name,
        ["-p", "no:odoo", f"tests/{name}"],
        options,
        MM_TEST_TEMPLATE=TEMPLATE,
        MM_TEST_REDIS=redis_server.start(),
        PYTHONPATH=os.pathsep.join(
            [
                os.environ["PYTHONPATH"],
                str(paths.ROOT / "scripts"),
                str(paths.ROOT / "tests" / "support"),
                # the peers that tests of providers share
                str(paths.ADDONS / "marketing_delivery" / "tests"),
                str(paths.ADDONS / "marketing_delivery_sendgrid" / "tests"),
                str(paths.ADDONS / "marketing_delivery_ses" / "tests"),
            ]
        ),
    )


def _conclude(failed: list[str]) -> int:
    """Print the sum of all parts as the last line."""
    passed = broken = skipped = 0
    for file in RESULTS.glob("*.xml"):
        for suite in ElementTree.parse(file).iter("testsuite"):
            counts = {key: int(suite.get(key, 0)) for key in ("tests", "skipped")}
            bad = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
            broken += bad
            skipped += counts["skipped"]
            passed += counts["tests"] - bad - counts["skipped"]
    if failed:
        say(f"\nFailed: {', '.join(failed)}")
    say(f"\n{passed} passed, {broken} failed, {skipped} skipped")
    return 1 if failed else 0


PARTS = {
    "lint": lint,
    "engine": engine,
    "scripts": scripts,
    "queue": queue,
    "addons": addons,
    "translations": translations,
    "faults": faults,
    "production": production,
    "api": api,
    "acceptance": acceptance,
    "demo": demo,
}
