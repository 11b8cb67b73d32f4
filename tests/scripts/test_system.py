"""Debian packages: what is needed stops a command, what is nice to have does not."""

import pytest

from runtime import paths, system
from runtime.report import SetupError

PRESENT, MISSING = (lambda: True), (lambda: False)


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """Return the commands that would have run, as root on a machine with apt."""
    ran = []
    monkeypatch.setattr(paths, "LOGS", tmp_path)
    monkeypatch.setattr(system.os, "geteuid", lambda: 0)
    monkeypatch.setattr(system.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(
        system, "run_logged", lambda command, *_a, **_k: ran.append(" ".join(command))
    )
    monkeypatch.setattr(system, "WANTED", {"wkhtmltopdf": MISSING})
    monkeypatch.setattr(system, "_is_offered", lambda _name: True)
    return ran


def test_needed_packages_come_first(machine):
    system.require({"postgresql": MISSING, "redis-server": PRESENT})
    assert machine[0] == "apt-get update"
    assert machine[1].endswith("--no-install-recommends postgresql")
    assert machine[-1].endswith("--no-install-recommends wkhtmltopdf")


def test_what_is_there_is_not_installed(machine, monkeypatch):
    monkeypatch.setattr(system, "WANTED", {"wkhtmltopdf": PRESENT})
    system.require({"postgresql": PRESENT})
    assert not machine


def test_what_no_mirror_has_is_left_out(machine, monkeypatch):
    """Debian 13 has no wkhtmltopdf: everything but PDF files works there."""
    monkeypatch.setattr(system, "_is_offered", lambda _name: False)
    system.require({"postgresql": PRESENT})
    assert not machine


def test_a_failure_of_what_is_wanted_stops_nothing(machine, monkeypatch, capsys):
    def fail(*_arguments, **_options):
        raise SetupError("no mirror")

    monkeypatch.setattr(system, "run_logged", fail)
    system.require({"postgresql": PRESENT})
    assert "goes on without wkhtmltopdf" in capsys.readouterr().out
    with pytest.raises(SetupError):
        system.require({"postgresql": MISSING})


def test_who_is_not_root_is_asked_for_what_is_needed_only(machine, monkeypatch):
    monkeypatch.setattr(system.os, "geteuid", lambda: 1000)
    system.require({"postgresql": PRESENT})
    with pytest.raises(SetupError, match="install -y .* postgresql\n"):
        system.require({"postgresql": MISSING})
    assert not machine
