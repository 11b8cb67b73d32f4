"""CPU time of PostgreSQL: other work on the machine changes it less than rates."""

import os
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
# of /proc/PID/stat, after the name: parent, CPU time, and that of ended children
PARENT, OWN, ENDED = 1, slice(11, 13), slice(13, 15)


def read(cr):
    """Return the seconds that all processes of the server have used so far.

    The server has to run on this machine.
    """
    cr.execute("SELECT pg_backend_pid()")
    (pid,) = cr.fetchone()
    postmaster = int(_read_stat(pid)[PARENT])
    ticks = sum(map(int, _read_stat(postmaster)[ENDED]))
    for path in Path("/proc").glob("[0-9]*"):
        stat = _read_stat(path.name)
        if stat and int(stat[PARENT]) == postmaster:
            ticks += sum(map(int, stat[OWN]))
    return ticks / TICKS


def _read_stat(pid):
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    return text.rpartition(")")[2].split()
