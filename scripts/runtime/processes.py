"""Start, find and stop the private servers; each leaves a pid file below ``.run/``."""

import contextlib
import os
import signal
import socket
import subprocess
import time
from pathlib import Path

from . import paths
from .report import SetupError, tail


def pid_file(name: str) -> Path:
    return paths.RUN / f"{name}.pid"


def running(name: str) -> int | None:
    """Return the pid of the server ``name`` if it lives and is ours."""
    try:
        pid, started = pid_file(name).read_text().split()
    except (OSError, ValueError):
        return None
    return int(pid) if _start_time(int(pid)) == started else None


def _start_time(pid: int) -> str | None:
    """Return the kernel's start tick: tells a reused pid from the same process."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] == "Z" else fields[19]


def remember(name: str, pid: int) -> None:
    pid_file(name).write_text(f"{pid} {_start_time(pid)}")


def start(name: str, command, *, log: Path | None = None, **options) -> int:
    """Start ``command`` in its own session with its output in the log folder."""
    log = log or paths.LOGS / f"{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as stream:
        child = subprocess.Popen(
            [str(part) for part in command],
            stdout=stream,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            **options,
        )
    remember(name, child.pid)
    return child.pid


def stop(name: str, *, sig: int = signal.SIGTERM, seconds: float = 20) -> bool:
    """Stop the server ``name``; return whether one was running."""
    pid = running(name)
    if pid:
        os.kill(pid, sig)
        deadline = time.monotonic() + seconds
        while _start_time(pid) and time.monotonic() < deadline:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
            time.sleep(0.05)
        if _start_time(pid):
            os.kill(pid, signal.SIGKILL)
    pid_file(name).unlink(missing_ok=True)
    return bool(pid)


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def remembered_port(name: str) -> int:
    """Return the port that ``name`` used before if it is free, else a new one."""
    file = paths.RUN / f"{name}.port"
    with contextlib.suppress(OSError, ValueError):
        port = int(file.read_text())
        if is_free(port) or running(name):
            return port
    port = free_port()
    file.write_text(str(port))
    return port


def require_free(port: int, what: str) -> None:
    if not is_free(port):
        raise SetupError(
            f"Port {port}, needed for {what}, is taken by another program. Stop it "
            f"(`ss -ltnp 'sport = :{port}'` names it), or choose another port with "
            "the environment variable MM_HTTP_PORT."
        )


def wait_for_port(port: int, what: str, seconds: float, log: Path) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        time.sleep(0.1)
    raise SetupError(f"{what} did not answer within {seconds:.0f} s.\n{tail(log)}")
