"""Run a Celery worker on the project's configuration."""

import os
import sys

from . import odoo, paths, redis_server

COMMAND = "marketing_worker"


def main(arguments: list[str]) -> None:
    """``scripts/worker -d DATABASE [--queues deliver,score] [--concurrency 2]``."""
    source = odoo.prepare()
    export_broker()
    command = odoo.command(
        f"--addons-path={source.odoo_addons},{paths.ADDONS}",
        COMMAND,
        "-c",
        paths.ODOO_CONF,
        *arguments,
    )
    sys.stdout.flush()
    os.execv(command[0], command)


def export_broker() -> None:
    """Let what starts from here use the named broker, or else the private one."""
    if not os.environ.get("MARKETING_BROKER_URL"):
        os.environ["MARKETING_BROKER_URL"] = redis_server.start()
    os.environ.setdefault(
        "MARKETING_CELERY_CONFIG", str(paths.CONFIG / "celeryconfig.py")
    )
