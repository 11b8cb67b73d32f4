"""A private PostgreSQL cluster below ``.run/pg``; a system cluster is never touched."""

import contextlib
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from . import paths, processes
from .report import SetupError, run_logged, step

USER = "marketing"
NAME = "postgres"
SETTINGS = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
shared_buffers = 512MB
work_mem = 32MB
maintenance_work_mem = 256MB
max_connections = 120
max_wal_size = 4GB
random_page_cost = 1.1
jit = off
log_min_messages = warning
"""


def binaries() -> Path:
    """Return the folder of the newest installed server binaries."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        key=lambda path: int(path.parts[4]),
    )
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    if not on_path:
        raise SetupError("PostgreSQL's server is missing: apt-get install postgresql")
    return Path(on_path).parent


def start(*, fsync: bool = True) -> int:
    """Start the cluster if it is not running; return its port."""
    data = _data_folder()
    if not (data / "complete").is_file():
        with step("Creating the private PostgreSQL cluster"):
            _initialise(data)
    port = processes.remembered_port(NAME)
    if not processes.running(NAME):
        _start_server(data, port, fsync)
    _export(port)
    return port


def stop() -> bool:
    return processes.stop(NAME, sig=signal.SIGINT, seconds=60)


def _data_folder() -> Path:
    """Return the cluster's folder; it must be reachable for the server's user.

    As root the server runs as another user, who cannot enter a checkout below a
    closed home: then the data lives aside and ``.run/pg`` is a link to it.
    """
    link = paths.RUN / "pg"
    if os.geteuid() or _reachable(paths.RUN):
        return link
    if not link.is_symlink():
        link.symlink_to(tempfile.mkdtemp(prefix="measured-marketing-", dir="/var/tmp"))
    return link.resolve()


def _reachable(folder: Path) -> bool:
    return all(parent.stat().st_mode & 0o001 for parent in (folder, *folder.parents))


def account() -> dict:
    """Return the options to run a server as an unprivileged user when we are root."""
    if os.geteuid():
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return {
                "user": entry.pw_uid,
                "group": entry.pw_gid,
                "extra_groups": [],
                "cwd": "/",
            }
    raise SetupError("No unprivileged user to run PostgreSQL: adduser postgres")


def _initialise(data: Path) -> None:
    target = data.resolve() if data.is_symlink() else data
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True, mode=0o700)
    owner = account()
    with _hand_over(_draw_password(), owner) as password_file:
        if owner:
            os.chown(target, owner["user"], owner["group"])
        command = [binaries() / "initdb", "-D", target, "-U", USER]
        command += ["-A", "scram-sha-256", "--pwfile", password_file]
        command += ["-E", "UTF8", "--locale=C.UTF-8"]
        run_logged(command, paths.LOGS / "initdb.log", **owner)
    with (target / "postgresql.conf").open("a") as conf:
        conf.write(SETTINGS)
    (target / "complete").touch()


def _draw_password() -> str:
    """Draw the cluster's password and keep it for the commands to come."""
    password = secrets.token_urlsafe(24)
    file = paths.RUN / "pgpass"
    file.touch(mode=0o600)
    file.chmod(0o600)
    file.write_text(password)
    return password


@contextlib.contextmanager
def _hand_over(password: str, account: dict):
    """Yield a file that only the server's user can read, gone afterwards."""
    with tempfile.NamedTemporaryFile("w", dir="/tmp") as file:
        file.write(password)
        file.flush()
        if account:
            os.chown(file.name, account["user"], account["group"])
        yield file.name


def _start_server(data: Path, port: int, fsync: bool) -> None:
    (data / "postmaster.pid").unlink(missing_ok=True)
    log = paths.LOGS / "postgres.log"
    command = [binaries() / "postgres", "-D", data.resolve(), "-p", str(port)]
    if not fsync:
        command += ["-c", "fsync=off", "-c", "full_page_writes=off"]
    processes.start(NAME, command, log=log, **account())
    processes.wait_for_port(port, "PostgreSQL", 90, log)
    _wait_until_ready(port)


def _wait_until_ready(port: int) -> None:
    """Wait up to five minutes: after a power cut it first reads all its files."""
    command = [binaries() / "pg_isready", "-h", "127.0.0.1", "-p", str(port), "-q"]
    for _attempt in range(1500):
        if subprocess.run(command, check=False, timeout=10).returncode == 0:
            return
        time.sleep(0.2)
    raise SetupError("PostgreSQL does not accept connections: see .run/logs")


def _export(port: int) -> None:
    """Let child processes and libpq find the cluster."""
    os.environ.update(
        PGHOST="127.0.0.1",
        PGPORT=str(port),
        PGUSER=USER,
        PGPASSWORD=(paths.RUN / "pgpass").read_text(),
    )
    os.environ.pop("PGDATABASE", None)


def psql(sql: str, database: str = "postgres") -> str:
    """Run one statement and return its plain output."""
    done = subprocess.run(
        [str(binaries() / "psql"), "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", database]
        + ["-c", sql],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SetupError(f"PostgreSQL refused a statement: {done.stderr.strip()}")
    return done.stdout.strip()
