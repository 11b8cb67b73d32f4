"""``scripts/lint`` lets good files pass and refuses bad ones, tool by tool."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINT = ROOT / "scripts" / "lint"

GOOD = {
    "ruff": ("good.py", '"""Good."""\n\nANSWER = 42\n'),
    "ruff-format": ("good.py", '"""Good."""\n\nANSWER = 42\n'),
    "pylint-odoo": ("good.py", "from odoo import models\n\nprint_ = models\n"),
    "prettier-xml": ("good.xml", '<odoo>\n    <data noupdate="1" />\n</odoo>\n'),
}
BAD = {
    "ruff": ("bad.py", "import os\n", "F401"),
    "ruff-format": ("bad.py", "ANSWER=42\n", "would be reformatted"),
    "pylint-odoo": (
        "bad.py",
        "def find(self, name):\n    self.env.cr.execute('SELECT %s' % name)\n",
        "sql-injection",
    ),
    "prettier-xml": ("bad.xml", '<odoo>\n  <data noupdate="1"/>\n</odoo>\n', "bad.xml"),
}


def run(*arguments, **environment):
    return subprocess.run(
        [str(LINT), *map(str, arguments)],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("tool", GOOD)
def test_good_files_pass(tool, tmp_path):
    name, text = GOOD[tool]
    (tmp_path / name).write_text(text)
    done = run(tool, tmp_path / name)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("tool", BAD)
def test_bad_files_are_named(tool, tmp_path):
    name, text, expected = BAD[tool]
    (tmp_path / name).write_text(text)
    done = run(tool, tmp_path / name)
    assert done.returncode != 0
    assert expected in done.stdout + done.stderr


def test_fix_corrects_the_file(tmp_path):
    file = tmp_path / "bad.xml"
    file.write_text(BAD["prettier-xml"][1])
    assert run("--fix", "prettier-xml", file).returncode == 0
    assert file.read_text() == GOOD["prettier-xml"][1]


@pytest.mark.parametrize("banned", ["odoo.tools", "scipy.stats"])
def test_the_engine_may_not_import(banned, tmp_path):
    checkout = tmp_path / "checkout"
    engine = checkout / "addons" / "marketing_engine"
    engine.mkdir(parents=True)
    (engine / "wrong.py").write_text(f"import {banned}\n\nprint({banned})\n")
    (checkout / "scripts").mkdir()
    for name in ("lint", "_start.sh"):
        shutil.copy(ROOT / "scripts" / name, checkout / "scripts")
    shutil.copytree(ROOT / "config", checkout / "config")
    done = subprocess.run(
        [str(checkout / "scripts" / "lint"), "ruff"],
        env={**os.environ, "MM_RUN_DIR": os.environ.get("MM_RUN_DIR", f"{ROOT}/.run")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "TID251" in done.stdout


def test_inline_text_of_a_page_keeps_its_spaces(tmp_path):
    file = tmp_path / "portal_templates.xml"
    inline = f'<p><b class="{"x" * 50}">1</b><i class="{"y" * 50}">2</i></p>\n'
    file.write_text(inline)
    assert run("--fix", "prettier-xml", file).returncode == 0
    between = file.read_text().partition("</b>")[2]
    assert between.startswith("<i")


def test_unknown_tool():
    done = run("perlcritic")
    assert done.returncode == 2
    assert "Unknown tool: perlcritic. Choose from ruff" in done.stderr


def test_without_node_the_packages_to_install_are_named(tmp_path):
    programs = {"python3": sys.executable, "dirname": shutil.which("dirname")}
    for name, path in programs.items():
        (tmp_path / name).write_text(f'#!/bin/sh\nexec {path} "$@"\n')
        (tmp_path / name).chmod(0o755)
    done = run("eslint", PATH=str(tmp_path))
    assert done.returncode == 1
    assert "apt-get install" in done.stderr
    assert "nodejs npm" in done.stderr


def test_the_lock_file_names_no_registry():
    # Each machine has its own: npm completes the addresses from its configuration.
    text = (ROOT / "config" / "lint" / "package-lock.json").read_text()
    assert '"resolved"' not in text
    assert '"integrity": "sha512-' in text


def test_pre_commit_runs_local_hooks_only():
    text = (ROOT / ".pre-commit-config.yaml").read_text()
    assert text.count("- repo:") == text.count("- repo: local") == 1
    for tool in (*GOOD, "eslint"):
        assert f"- id: {tool}\n" in text
