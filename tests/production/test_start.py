"""The same scripts that containers run: init, web, worker, health, and their refusals.

The tests of this file build on one another, as the parts of a deployment do.
"""

import configparser
import json
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest
from conftest import REDIS, START

MISCONFIGURED = 78


def wait_for(condition, seconds=90):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.3)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"MM_DATABASE": None}, "MM_DATABASE is not set"),
        ({"MM_DATABASE": "a'; --"}, "MM_DATABASE may hold"),
        ({"POSTGRES_PASSWORD": ""}, "POSTGRES_PASSWORD is not set"),
        ({"ODOO_MASTER_PASSWORD": "change-me"}, "ODOO_MASTER_PASSWORD needs a value"),
        ({"REDIS_PASSWORD": "with space and more"}, "REDIS_PASSWORD needs a value"),
        ({"ODOO_MASTER_PASSWORD": "short"}, "too short"),
        ({"ODOO_ADMIN_PASSWORD": "admin"}, "ODOO_ADMIN_PASSWORD is too short"),
    ],
)
def test_bad_settings_stop_the_start_with_a_word(installation, changed, words):
    done = installation.run(START, "init", **changed)
    assert done.returncode == MISCONFIGURED
    assert words in done.stderr
    assert installation.environment["POSTGRES_PASSWORD"] not in done.stderr


def test_unknown_parts_are_refused(installation):
    for script, part in ((START, "everything"), (REDIS, "everything")):
        assert installation.run(script, part).returncode == MISCONFIGURED
    done = installation.run(REDIS, "serve", REDIS_PASSWORD="change-me")
    assert done.returncode == MISCONFIGURED
    assert "redis.env.example" in done.stderr


def test_redis_is_private(installation):
    assert installation.run(REDIS, "health").returncode, "it does not run yet"
    installation.start(REDIS, "serve")
    wait_for(lambda: installation.run(REDIS, "health").returncode == 0, 20)
    other = installation.run(REDIS, "health", REDIS_PASSWORD="x" * 24)
    assert other.returncode, "the password is asked for"
    cli = ["redis-cli", "-p", str(installation.redis_port)]
    anonymous = subprocess.run([*cli, "ping"], capture_output=True, text=True)
    assert "NOAUTH" in anonymous.stdout
    password = installation.environment["REDIS_PASSWORD"]
    cli += ["--user", "marketing", "--no-auth-warning", "-a", password]
    flush = subprocess.run([*cli, "flushall"], capture_output=True, text=True)
    assert "NOPERM" in flush.stdout
    info = subprocess.run([*cli, "info", "memory"], capture_output=True, text=True)
    assert "maxmemory_policy:noeviction" in info.stdout


def test_first_start_and_second(installation):
    first = installation.run(START, "init")
    assert first.returncode == 0, first.stderr[-2000:]
    assert " WARNING " not in first.stderr
    [[state]] = installation.query(
        "SELECT state FROM ir_module_module WHERE name = 'marketing_queue'"
    )
    assert state == "installed"
    second = installation.run(START, "init")
    assert "nothing to initialise" in second.stdout
    assert second.stderr == ""


def test_a_first_start_that_was_killed_is_repeated(installation):
    installation.query(
        "DELETE FROM ir_config_parameter WHERE key = 'marketing.first_start'"
    )
    assert "Initialising" in installation.run(START, "init").stdout
    probe = installation.query(
        "SELECT value FROM ir_config_parameter WHERE key = 'marketing.first_start'"
    )
    assert probe == [("done",)]


def test_configuration_as_odoo_reads_it(installation):
    """One database is served; none is listed; no default password is left."""
    file = installation.run_folder("init") / "odoo.conf"
    assert file.stat().st_mode & 0o077 == 0
    code = (
        "import json, sys; from odoo.tools import config; from odoo import http\n"
        "config.parse_config(['-c', sys.argv[1]])\n"
        "names = [sys.argv[2], 'other', 'postgres', sys.argv[2] + '2']\n"
        "print(json.dumps([http.db_filter(names, host='x'), config['list_db'],"
        " config['proxy_mode'], config['admin_passwd'], config['with_demo']]))"
    )
    command = [sys.executable, "-c", code, str(file), installation.database]
    done = subprocess.run(
        command, capture_output=True, text=True, env=installation.environment
    )
    served, listed, proxied, master, demo = json.loads(done.stdout)
    assert served == [installation.database]
    assert (listed, proxied, demo) == (False, True, False)
    assert master == installation.environment["ODOO_MASTER_PASSWORD"]
    assert "unknown option" not in done.stderr
    parser = configparser.RawConfigParser()
    parser.read(file)
    assert "dbfilter" not in parser["options"], "it would cost a connection a click"


def test_web_answers(installation):
    child = installation.start(START, "web")
    health = lambda: installation.run(START, "health", "web").returncode  # noqa: E731
    wait_for(lambda: health() == 0 or child.poll() is not None)
    assert child.poll() is None, installation.log("web")[-2000:]
    base = f"http://127.0.0.1:{installation.http_port}"
    with urllib.request.urlopen(f"{base}/web/login", timeout=60) as answer:
        assert answer.status == 200
    with pytest.raises(urllib.error.HTTPError) as closed:
        urllib.request.urlopen(f"{base}/web/database/backup", data=b"", timeout=60)
    assert closed.value.code >= 400
    assert sign_in(base, installation, "admin") is None
    own = installation.environment["ODOO_ADMIN_PASSWORD"]
    assert sign_in(base, installation, own)


def sign_in(base, installation, password):
    """Return the user's number, or None when the password is refused."""
    parameters = {
        "db": installation.database,
        "login": "admin",
        "password": password,
    }
    request = urllib.request.Request(
        f"{base}/web/session/authenticate",
        json.dumps({"jsonrpc": "2.0", "params": parameters}).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer).get("result", {}).get("uid")


def test_worker_takes_a_job_and_is_healthy(installation):
    assert installation.run(START, "health", "worker").returncode, "not started yet"
    [[job_id]] = installation.query(
        """INSERT INTO marketing_job (model, method, payload, kind, queue, state, slot,
               attempts, max_attempts, run_at)
           VALUES ('marketing.job', '_gc_finished', '{}', 'transactional', 'score',
               'pending', 0, 0, 5, now() AT TIME ZONE 'UTC') RETURNING id"""
    )
    child = installation.start(START, "worker", "score")

    def is_done():
        assert child.poll() is None, installation.log("worker")[-2000:]
        return installation.query(
            "SELECT state FROM marketing_job WHERE id = %s", job_id
        ) == [("done",)]

    wait_for(is_done)
    wait_for(lambda: installation.run(START, "health", "worker").returncode == 0)


def test_no_secret_in_the_logs(installation):
    for part in ("serve", "web", "worker"):
        text = installation.log(part)
        for name, value in installation.environment.items():
            assert "PASSWORD" not in name or value not in text, (part, name)
