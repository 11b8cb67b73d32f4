"""``scripts/translate``: the translation template (.pot) of each addon.

Odoo's own exporter reads the terms, from a database in which the addons are installed
and from their files. What would differ from day to day or from machine to machine is
taken out, so that a template changes only when a text does.
"""

import os
import re
import tarfile
import tempfile
from pathlib import Path

from . import databases, odoo, paths
from .report import SetupError, run_logged, say, step

TEMPLATE = "mm_suite"
_DATES = re.compile(r'^"(?:POT-Creation|PO-Revision)-Date: .*\n', re.MULTILINE)
# "Odoo Server 19.0-20260101": a package names the day it was made
_VERSION = re.compile(
    r'^("Project-Id-Version: .*? \d+\.\d+)[^"]*?(\\n"\n)', re.MULTILINE
)


def main(arguments: list[str]) -> int:
    """Write the templates; with ``--check`` only say which are out of date."""
    if set(arguments) - {"--check"}:
        raise SetupError("Only --check is understood.")
    odoo.prepare()
    databases.ensure_suite(TEMPLATE)
    with step("Reading the terms of all addons"):
        texts = export(TEMPLATE)
    stale = {addon: text for addon, text in texts.items() if text != stored(addon)}
    for addon, text in stale.items():
        say(f"  {addon}: {describe(stored(addon), text)}")
        if not arguments:
            pot(addon).parent.mkdir(exist_ok=True)
            pot(addon).write_text(text)
    if not stale:
        say("All templates are up to date.")
    elif arguments:
        say("Run scripts/translate.")
    return 1 if stale and arguments else 0


def export(database: str) -> dict[str, str]:
    """Return {addon: text of its template}, made from an up-to-date database."""
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "templates.tgz"
        configuration = os.environ.get("ODOO_RC") or paths.ODOO_CONF
        command = odoo.command("i18n", "export", "-c", configuration, "-d", database)
        command += ["-o", str(archive), *databases.suite_addons()]
        run_logged(command, paths.LOGS / "translate.log")
        with tarfile.open(archive) as templates:
            return {
                Path(member.name).stem: settle(
                    templates.extractfile(member).read().decode()
                )
                for member in sorted(templates.getmembers(), key=lambda m: m.name)
            }


def settle(text: str) -> str:
    """Take the dates out of a template, and the day of the Odoo package."""
    return _VERSION.sub(r"\1\2", _DATES.sub("", text))


def pot(addon: str) -> Path:
    return paths.ADDONS / addon / "i18n" / f"{addon}.pot"


def stored(addon: str) -> str:
    return pot(addon).read_text() if pot(addon).exists() else ""


def terms(text: str) -> set[str]:
    """Return the texts to translate, each as the file spells it."""
    entries = re.split(r"\n\s*\n", text)[1:]
    return {
        "".join(re.findall(r'"(.*)"', entry.partition("msgid ")[2].split("msgstr ")[0]))
        for entry in entries
        if "msgid " in entry
    }


def describe(old: str, new: str) -> str:
    """Say what a template lacks and what it has too much."""
    lacking, left = terms(new) - terms(old), terms(old) - terms(new)
    said = [
        f"{len(found)} {what} ({shown})"
        for what, found in (("missing", lacking), ("no longer used", left))
        for shown in ["; ".join(sorted(found))[:200]]
        if found
    ]
    return ", ".join(said) or "the same terms in other places"
