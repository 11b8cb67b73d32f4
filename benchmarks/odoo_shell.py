"""Run code inside Odoo on a scratch database and bring its figures back."""

import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ODOO = str(HERE.parent / "scripts" / "odoo")
MARK = "FIGURES "


def call(database, module, function, options, *flags):
    """Return what ``module.function(env, options)`` returns inside `database`.

    The module lies beside this file; options and result are JSON.
    """
    code = (
        f"import json, sys; sys.path.insert(0, {str(HERE)!r})\n"
        f"import {module}\n"
        f"print({MARK!r} + json.dumps({module}.{function}(env, {options!r})))\n"
    )
    done = subprocess.run(
        [ODOO, "shell", "-d", database, "--no-http", "--log-level=error", *flags],
        input=code,
        capture_output=True,
        text=True,
        check=False,
    )
    return _read(done, f"{module}.{function}")


def run_alone(module, *arguments):
    """Return what a module beside this file prints, in a process of its own.

    In the environment of Odoo, but without loading it.
    """
    sys.path.insert(0, str(HERE.parent / "scripts"))
    from runtime import paths

    command = [paths.PYTHON, HERE / f"{module}.py", *arguments]
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, check=False
    )
    return _read(done, module)


def _read(done, name):
    for line in done.stdout.splitlines():
        if MARK in line:
            return json.loads(line.partition(MARK)[2])
    sys.exit(f"{name} gave no figures:\n{done.stderr[-3000:]}")
