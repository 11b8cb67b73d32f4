"""The demo's servers: Odoo itself, the mail server that keeps messages, a worker."""

import os
import time
import urllib.error
import urllib.request

from . import odoo, paths, processes
from .report import SetupError, say, step, tail

NAME = "odoo"
MAIL_NAME = "mailserver"
WORKER_NAME = "worker"


def url(path: str = "") -> str:
    return f"http://localhost:{odoo.HTTP_PORT}{path}"


def start_odoo(database: str) -> None:
    """Start the web server on ``database`` and wait until it answers.

    ``-d`` without a database filter: with a filter every request without a cookie
    (pixel, click) would open a connection of its own.
    """
    stop_odoo()
    require_ports()
    with step(f"Starting Odoo on {url()}"):
        log = paths.LOGS / f"{NAME}.log"
        log.unlink(missing_ok=True)
        command = odoo.command("server", "-c", paths.ODOO_CONF, "-d", database)
        processes.start(NAME, command, log=log)
        _wait_for_answer(log)


def require_ports() -> None:
    """Say who is in the way before anything is started."""
    for port in (odoo.HTTP_PORT, odoo.GEVENT_PORT):
        processes.require_free(port, "the Odoo server")


def _wait_for_answer(log, seconds: float = 180) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not processes.running(NAME):
            break
        try:
            with urllib.request.urlopen(url("/web/login"), timeout=60):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    raise SetupError(f"Odoo did not start. {tail(log)}")


def stop_odoo() -> bool:
    return processes.stop(NAME, seconds=30)


def start_mail_server(python) -> int:
    """Start the server that keeps every message in ``.run/mail``; return its port."""
    port = processes.remembered_port(MAIL_NAME)
    if not processes.running(MAIL_NAME):
        command = [python, "-m", "demo_job.mail_server", port, paths.MAIL]
        environment = {**os.environ, "PYTHONPATH": str(paths.ROOT / "scripts")}
        log = paths.LOGS / "mailserver.log"
        processes.start(MAIL_NAME, command, log=log, env=environment)
        processes.wait_for_port(port, "The demo's mail server", 20, log)
    return port


def start_worker(database: str) -> None:
    """Start a Celery worker; the server then only publishes jobs."""
    stop_worker()
    with step("Starting a Celery worker"):
        processes.start(
            WORKER_NAME, [paths.ROOT / "scripts" / "worker", "-d", database]
        )


def stop_worker() -> bool:
    return processes.stop(WORKER_NAME, seconds=40)


def stop_all() -> list[str]:
    """Stop whatever runs; return the names of what was stopped."""
    from . import postgres, redis_server

    stops = {
        "Odoo": stop_odoo,
        "worker": stop_worker,
        "mail server": lambda: processes.stop(MAIL_NAME),
        "Redis": redis_server.stop,
        "PostgreSQL": postgres.stop,
    }
    return [name for name, stop in stops.items() if stop()]


def main(_arguments: list[str]) -> None:
    """``scripts/stop``."""
    stopped = stop_all()
    say(f"Stopped: {', '.join(stopped)}." if stopped else "Nothing was running.")
