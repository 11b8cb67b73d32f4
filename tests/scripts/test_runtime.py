"""The commands' own parts: what a killed run, a taken port or a full disk leaves."""

import errno
import os
import socket
import subprocess
import sys

import pytest

from runtime import (
    databases,
    odoo_source,
    paths,
    postgres,
    processes,
    python_env,
    report,
)


@pytest.fixture
def run_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "RUN", tmp_path)
    monkeypatch.setattr(paths, "LOGS", tmp_path / "logs")
    return tmp_path


def test_a_server_is_found_again_and_stopped(run_folder):
    pid = processes.start("sleeper", ["sleep", "60"])
    assert processes.running("sleeper") == pid
    assert processes.stop("sleeper")
    assert processes.running("sleeper") is None
    assert not processes.stop("sleeper")


def test_a_reused_pid_is_not_our_server(run_folder):
    processes.pid_file("ghost").write_text(f"{os.getpid()} 1")
    assert processes.running("ghost") is None
    assert not processes.stop("ghost"), "a stranger's process must not be killed"


@pytest.mark.parametrize("content", ["", "abc", "12", "999999999 5"])
def test_a_broken_pid_file_means_not_running(run_folder, content):
    processes.pid_file("broken").write_text(content)
    assert processes.running("broken") is None


def test_a_taken_port_is_named_with_the_way_out():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(report.SetupError, match=f"{port}.*MM_HTTP_PORT"):
            processes.require_free(port, "the Odoo server")


def test_a_port_is_remembered_and_replaced_when_taken(run_folder):
    first = processes.remembered_port("thing")
    assert processes.remembered_port("thing") == first
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", first))
        taken.listen()
        assert processes.remembered_port("thing") != first


def test_a_failing_command_shows_its_last_words(tmp_path):
    code = "import sys; print('the reason'); sys.exit(3)"
    with pytest.raises(report.SetupError, match="(?s)exit 3.*Try X.*the reason"):
        report.run_logged([sys.executable, "-c", code], tmp_path / "log", hint="Try X.")


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (report.SetupError("do this"), "do this"),
        (OSError(errno.ENOSPC, "No space left"), "disk is full"),
        (KeyboardInterrupt(), "continues by itself"),
    ],
)
def test_trouble_becomes_one_message(capsys, trouble, words):
    def main(_arguments):
        raise trouble

    with pytest.raises(SystemExit) as stop:
        report.main_guard(main)
    assert stop.value.code == 1
    assert words in capsys.readouterr().err


def test_an_unknown_error_is_not_hidden():
    def main(_arguments):
        raise OSError(errno.EACCES, "secret file")

    with pytest.raises(OSError, match="secret file"):
        report.main_guard(main)


def make_tree(folder, version):
    (folder / "odoo" / "addons").mkdir(parents=True)
    (folder / "odoo" / "release.py").write_text(f"version_info = ({version}, 0, '')\n")
    return folder


def test_odoo_home_of_another_series_is_refused(tmp_path, monkeypatch):
    home = make_tree(tmp_path / "a" / "b" / "odoo18", "18, 0, 0")
    monkeypatch.setenv("ODOO_HOME", str(home))
    with pytest.raises(report.SetupError, match="holds no Odoo 19.0"):
        odoo_source.find()


def test_odoo_home_of_our_series_is_taken(tmp_path, monkeypatch):
    home = make_tree(tmp_path / "a" / "b" / "odoo19", "19, 0, 0")
    monkeypatch.setenv("ODOO_HOME", str(home))
    assert odoo_source.find().python_path == home


def test_a_changed_download_is_not_used(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "CACHE", tmp_path)
    folder = tmp_path / "debian"
    folder.mkdir()
    (folder / "odoo.deb").write_bytes(b"tampered")
    (folder / "SHA256SUMS").write_text(f"{'0' * 64}  odoo.deb\n")
    fetched = []
    monkeypatch.setattr(odoo_source, "_download", lambda target: fetched or [])
    assert odoo_source._debian_packages() == []


def test_the_missing_library_file_is_supplied_only_where_missing(tmp_path):
    mail = tmp_path / "usr/lib/python3/dist-packages/odoo/addons/mail"
    file = mail.parent / odoo_source.LEFT_OUT
    mail.mkdir(parents=True)
    odoo_source._supply_left_out_file(tmp_path)
    assert file.read_text().startswith("//")
    file.write_text("the real one")
    odoo_source._supply_left_out_file(tmp_path)
    assert file.read_text() == "the real one"


def test_a_half_made_environment_is_made_again(run_folder, monkeypatch):
    venv = run_folder / "venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").write_text("#!/bin/sh\nexit 1\n")
    (venv / "bin" / "python").chmod(0o755)
    requirements = run_folder / "requirements.txt"
    requirements.write_text("")
    made = []
    monkeypatch.setattr(
        python_env, "run_logged", lambda command, log, **_options: made.append(command)
    )
    python_env._ensure(venv, "Environment", [requirements])
    assert made[0][1:3] == ["-m", "venv"]
    made.clear()
    (venv / "bin").mkdir(exist_ok=True)
    (venv / "bin" / "python").symlink_to(sys.executable)
    python_env._ensure(venv, "Environment", [requirements])
    assert made == [], "nothing to do the second time"


def test_a_state_file_that_is_cut_off_counts_as_none(run_folder):
    databases._state_file("db").parent.mkdir()
    databases._state_file("db").write_text('{"a": "b')
    assert databases._state("db") is None
    databases._remember("db", {"a": "b"})
    assert databases._state("db") == {"a": "b"}


def test_a_copied_database_has_its_attachments(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "FILESTORE", tmp_path)
    monkeypatch.setattr(databases, "run_logged", lambda *command: None)
    monkeypatch.setattr(databases, "binaries", lambda: tmp_path)
    monkeypatch.setattr(databases, "_state_file", lambda name: tmp_path / "state.json")
    for path, text in (("one/ab/cd", "new"), ("two/old", "old")):
        file = tmp_path / path
        file.parent.mkdir(parents=True)
        file.write_text(text)
    databases.copy("one", "two")
    assert (tmp_path / "two/ab/cd").read_text() == "new"
    assert not (tmp_path / "two/old").exists()
    databases.copy("without", "two")
    assert not (tmp_path / "two").exists()
    assert (tmp_path / "one/ab/cd").read_text() == "new"


def test_new_and_changed_addons_come_in_one_run(run_folder, monkeypatch):
    """One that is only installed would meet the others' new code without its tables."""
    runs = []

    def run(command, log, **_options):
        runs.append(command)
        log.write_text("")

    for name, replacement in (
        ("exists", lambda name: True),
        ("suite_addons", lambda: ["kept", "changed", "new"]),
        ("_addon_hash", lambda addon: addon),
        ("run_logged", run),
    ):
        monkeypatch.setattr(databases, name, replacement)
    monkeypatch.setattr(databases.odoo, "command", lambda *words: list(words))
    paths.LOGS.mkdir()
    databases._remember("db", {"kept": "kept", "changed": "before"})
    databases.ensure_suite("db")
    (command,) = runs
    assert command[command.index("-i") + 1] == "new"
    assert command[command.index("-u") + 1] == "changed"


def test_tests_of_an_addon_do_not_change_its_hash(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "ADDONS", tmp_path)
    (tmp_path / "x" / "tests").mkdir(parents=True)
    (tmp_path / "x" / "models.py").write_text("a = 1")
    before = databases._addon_hash("x")
    (tmp_path / "x" / "tests" / "test_x.py").write_text("b = 2")
    assert databases._addon_hash("x") == before
    (tmp_path / "x" / "models.py").write_text("a = 2")
    assert databases._addon_hash("x") != before


SCRIPTS = ("demo", "test", "odoo", "worker", "stop", "lint", "odoo_suites")


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_command_is_executable_and_parses(script):
    file = paths.ROOT / "scripts" / script
    assert os.access(file, os.X_OK)
    subprocess.run(["sh", "-n", str(file)], check=True)


def test_a_slow_recovery_of_postgresql_is_waited_for(monkeypatch):
    """After a power cut it reads all its files before it lets anybody in."""
    answers = iter([2] * 700 + [0])
    waits = []
    monkeypatch.setattr(postgres, "binaries", lambda: paths.RUN)
    monkeypatch.setattr(
        postgres.subprocess,
        "run",
        lambda command, **options: subprocess.CompletedProcess(command, next(answers)),
    )
    monkeypatch.setattr(postgres.time, "sleep", waits.append)
    postgres._wait_until_ready(1)
    assert sum(waits) > 120
