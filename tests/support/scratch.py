"""A committed scratch database, and the configuration that real processes run on."""

import configparser
import contextlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ADDONS = Path(__file__).resolve().parents[1] / "addons"


def write_configuration(folder, **options):
    """Write the project's configuration with the test addons in its path."""
    parser = configparser.RawConfigParser()
    parser.read(os.environ["ODOO_RC"])
    section = parser["options"]
    section["addons_path"] += f",{ADDONS}"
    section["log_level"] = "warn"
    known = Path(section["data_dir"], "marketing_secret")
    section.update({name: str(value) for name, value in options.items()})
    _share_secret(known, Path(section["data_dir"]))
    rc = folder / "odoo.conf"
    with rc.open("w") as stream:
        parser.write(stream)
    rc.chmod(0o600)
    return rc


def _share_secret(known, folder):
    """What is sealed in the template is opened in other data folders as well."""
    if known.parent != folder and known.exists():
        folder.mkdir(exist_ok=True)
        shutil.copy2(known, folder)


@contextlib.contextmanager
def database(configuration, name, *addons):
    """Copy the template, install the test addons, and drop the copy in the end."""
    name = f"{name}_{os.getpid()}"
    subprocess.run(["createdb", "-T", os.environ["MM_TEST_TEMPLATE"], name], check=True)
    try:
        command = [sys.executable, "-m", "odoo", "-c", configuration, "-d", name]
        command += ["-i", ",".join(addons), "--stop-after-init"]
        subprocess.run([*command, "--no-http", "--workers=0"], check=True)
        yield name
    finally:
        subprocess.run(["dropdb", "--force", "--if-exists", name], check=True)
