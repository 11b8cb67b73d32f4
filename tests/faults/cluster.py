"""An own PostgreSQL cluster, because it is going to crash."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg2
from worker_process import free_port

from runtime import postgres

USER = "marketing"
# A commit that is not waited for stays in memory for long: a crash loses it.
SETTINGS = "wal_writer_delay = 10s\nwal_writer_flush_after = 1GB\n"


class Cluster:
    """Started, crashed and stopped like a server of its own; trusts local users."""

    def __init__(self):
        self._account = postgres.account()
        self._folder = Path(tempfile.mkdtemp(prefix="mm-faults-", dir="/var/tmp"))
        self._folder.chmod(0o755)
        if self._account:
            os.chown(self._folder, self._account["user"], self._account["group"])
        self.port = free_port()
        self._initialise()
        self.start()

    def _initialise(self):
        command = [postgres.binaries() / "initdb", "-D", self._folder / "data"]
        command += ["-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **self._account)
        with (self._folder / "data" / "postgresql.conf").open("a") as conf:
            conf.write("listen_addresses = '127.0.0.1'\n")
            conf.write("unix_socket_directories = ''\n")
            conf.write(SETTINGS)

    def start(self):
        command = [postgres.binaries() / "postgres", "-D", self._folder / "data"]
        log = (self._folder / "postgres.log").open("ab")
        self._process = subprocess.Popen(
            [str(part) for part in (*command, "-p", self.port)],
            stdout=log,
            stderr=log,
            start_new_session=True,
            **self._account,
        )
        deadline = time.monotonic() + 60
        while not self._answers():
            assert time.monotonic() < deadline, "PostgreSQL does not come back"
            time.sleep(0.1)

    def _answers(self):
        with contextlib.suppress(psycopg2.OperationalError):
            self.connect("postgres").close()
            return True
        return False

    def connect(self, database):
        return psycopg2.connect(
            dbname=database, host="127.0.0.1", port=self.port, user=USER, password=""
        )

    def crash(self):
        """Stop as ``pg_ctl stop -m immediate`` does, and recover from the log."""
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait()
        self.start()

    def freeze(self, seconds):
        """Stop all of its processes for a while."""
        pid = self._process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for number in (signal.SIGSTOP, signal.SIGCONT):
            for process in (pid, *map(int, children)):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, number)
            time.sleep(seconds if number == signal.SIGSTOP else 0)

    def copy_from(self, database):
        """Copy a database of the server that the environment names."""
        dump = self._folder / "dump"
        subprocess.run(
            ["pg_dump", "-Fc", "-Z0", "-O", "-x", "-f", dump, database], check=True
        )
        options = ["-h", "127.0.0.1", "-p", str(self.port), "-U", USER]
        subprocess.run(["createdb", *options, "-T", "template0", database], check=True)
        subprocess.run(
            ["pg_restore", *options, "--jobs=2", "-O", "-x", "-d", database, dump],
            check=True,
        )
        dump.unlink()

    def stop(self):
        self._process.send_signal(signal.SIGINT)
        self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)
