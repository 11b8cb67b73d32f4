"""Run Odoo commands on the project's configuration."""

import configparser
import os
import sys

from . import lock, paths, postgres, python_env, system
from .odoo_source import OdooSource, find

HTTP_PORT = int(os.environ.get("MM_HTTP_PORT") or 8069)
GEVENT_PORT = HTTP_PORT + 3


def prepare(*, tests: bool = False) -> OdooSource:
    """Bring the machine to where Odoo can start; quick when nothing is missing."""
    with lock.setup():
        system.require(system.TEST if tests else system.SERVE)
        python_env.ensure_server(tests=tests)
        source = find()
        postgres.start()
        write_configuration(source)
        export(source)
    return source


def export(source: OdooSource) -> None:
    """Let child processes import Odoo and find the configuration."""
    os.environ["PYTHONPATH"] = str(source.python_path)
    os.environ["ODOO_RC"] = str(paths.ODOO_CONF)
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    os.environ["PATH"] = f"{paths.VENV / 'bin'}:{os.environ['PATH']}"


def write_configuration(source: OdooSource) -> None:
    """Complete ``config/odoo.conf`` with what belongs to this machine."""
    parser = configparser.RawConfigParser()
    parser.read(paths.CONFIG / "odoo.conf")
    options = parser["options"]
    options["addons_path"] = f"{source.odoo_addons},{paths.ADDONS}"
    options["data_dir"] = str(paths.DATA)
    options["db_host"] = os.environ["PGHOST"]
    options["db_port"] = os.environ["PGPORT"]
    options["db_user"] = os.environ["PGUSER"]
    options["db_password"] = os.environ["PGPASSWORD"]
    options["http_interface"] = "127.0.0.1"
    options["http_port"] = str(HTTP_PORT)
    options["gevent_port"] = str(GEVENT_PORT)
    aside = paths.ODOO_CONF.with_suffix(".new")
    with aside.open("w") as stream:
        parser.write(stream)
    aside.chmod(0o600)
    aside.replace(paths.ODOO_CONF)


def command(*arguments: str) -> list[str]:
    """Return the command line that runs Odoo with ``arguments``."""
    return [str(paths.PYTHON), "-m", "odoo", *map(str, arguments)]


def main(arguments: list[str]) -> None:
    """``scripts/odoo``: pass everything on to Odoo."""
    prepare()
    if arguments and not arguments[0].startswith("-"):
        arguments = [arguments[0], "-c", str(paths.ODOO_CONF), *arguments[1:]]
    else:
        arguments = ["-c", str(paths.ODOO_CONF), *arguments]
    sys.stdout.flush()
    os.execv(str(paths.PYTHON), command(*arguments))
