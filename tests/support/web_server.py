"""A real web server on a scratch database."""

import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from runtime import processes

WAIT = 120


class WebServer:
    """Odoo's threaded server without crons; ``log`` is the file that it writes."""

    def __init__(self, configuration, database, folder, port=None, **environment):
        self.log = Path(folder) / "odoo.log"
        port = port or processes.free_port()
        self.url = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "odoo", "server", "-c", str(configuration)]
        command += ["-d", database, "--db-filter", f"^{database}$", "--workers=0"]
        command += [f"--http-port={port}", f"--gevent-port={processes.free_port()}"]
        command += ["--max-cron-threads=0", "--log-level=info"]
        with self.log.open("w") as stream:
            self._process = subprocess.Popen(
                command,
                stdout=stream,
                stderr=stream,
                env={**os.environ, **environment},
            )
        try:
            self._wait()
        except BaseException:
            self.stop()
            raise

    def _wait(self):
        deadline = time.monotonic() + WAIT
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.url}/web/login", timeout=60):
                    return
            except OSError:
                time.sleep(0.3)
        raise RuntimeError(self.read_log()[-2000:])

    def read_log(self):
        return self.log.read_text()

    def stop(self):
        self._process.kill()
        self._process.wait(30)
