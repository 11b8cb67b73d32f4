"""A private Redis: it only wakes workers, so nothing of it is worth keeping."""

from . import paths, processes

NAME = "redis"


def start() -> str:
    """Start Redis if it is not running; return its URL."""
    port = processes.remembered_port(NAME)
    if not processes.running(NAME):
        log = paths.LOGS / "redis.log"
        command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1"]
        command += ["--save", "", "--appendonly", "no", "--dir", str(paths.RUN)]
        command += ["--maxmemory-policy", "noeviction", "--daemonize", "no"]
        processes.start(NAME, command, log=log)
        processes.wait_for_port(port, "Redis", 15, log)
    return f"redis://127.0.0.1:{port}/0"


def stop() -> bool:
    return processes.stop(NAME)
