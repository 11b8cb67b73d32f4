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
    for line in done.stdout.splitlines():
        if MARK in line:
            return json.loads(line.partition(MARK)[2])
    sys.exit(f"{module}.{function} gave no figures:\n{done.stderr[-3000:]}")
