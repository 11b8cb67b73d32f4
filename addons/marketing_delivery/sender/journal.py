"""What a sender did, in a file that survives its death.

A write that has returned survives SIGKILL, not a power cut: the header names the boot
of the kernel, and a journal of another boot proves nothing. The file stays locked as
long as its sender lives, so a sender that only sleeps is never taken for dead.
"""

import contextlib
import fcntl
import os
import time
from pathlib import Path
from typing import NamedTuple

from odoo.tools import config

FORMAT = "marketing-journal-2"
MAX_TEXT = 400
HELD, LOST, READ = "held", "lost", "read"


def boot_id():
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def directory(dbname):
    path = Path(config["data_dir"], "marketing_journal", dbname)
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


class Journal:
    """The journal of one sender, named after its lease token."""

    def __init__(self, folder, token):
        self.path = folder / f"{token}.journal"
        flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND
        self._file = os.open(self.path, flags, 0o600)
        fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self._append(f"{FORMAT} {boot_id()}\n")

    def begin(self, send_key):
        """Note that the next bytes may deliver this message."""
        self._append(f"B {send_key}\n")

    def end(self, letter, send_key, text):
        """Note the answer, S(ent), T(ransient) or P(ermanent), and its description."""
        text = " ".join(text.split())[:MAX_TEXT]
        self._append(f"{letter} {send_key} {text}\n")

    def _append(self, line):
        data = line.encode("ascii", "replace")
        if os.write(self._file, data) != len(data):
            raise OSError(f"the journal {self.path.name} could not be written")

    def close(self, *, settled):
        """Unlock; a journal whose answers are all in the database is not needed."""
        if settled:
            self.path.unlink(missing_ok=True)
        os.close(self._file)


class Record(NamedTuple):
    """What a journal proves: ``begun`` keys and the answers ``(letter, reply)``."""

    status: str
    begun: frozenset = frozenset()
    answers: dict = {}

    def judge(self, send_key):
        """Return ``B`` in doubt, ``S``, ``T`` or ``P``, or None when surely unsent."""
        if self.status != READ:
            return "B", ""
        if send_key in self.answers:
            return self.answers[send_key]
        return ("B", "") if send_key in self.begun else (None, "")


@contextlib.contextmanager
def inspect(folder, token):
    """Yield the :class:`Record` of a sender, keeping other inspectors out."""
    path = folder / f"{token}.journal"
    try:
        file = path.open("rb")
    except OSError:
        yield Record(LOST)
        return
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield Record(HELD)
        else:
            yield parse(file.read())


def parse(data):
    """Read a journal; a torn last line makes it prove nothing."""
    header, *lines = data.decode("ascii", "replace").split("\n")
    if header != f"{FORMAT} {boot_id()}" or not lines or lines.pop():
        return Record(LOST)
    begun, answers = set(), {}
    for line in lines:
        letter, send_key, reply = [*line.split(" ", 2), "", ""][:3]
        if letter == "B":
            begun.add(send_key)
            answers.pop(send_key, None)  # of an earlier attempt
        else:
            answers[send_key] = (letter, reply)
    return Record(READ, frozenset(begun), answers)


def discard(folder, token):
    (folder / f"{token}.journal").unlink(missing_ok=True)


def discard_old(folder, needed, age):
    """Delete unlocked journals that nobody wrote to for ``age`` seconds."""
    for path in folder.glob("*.journal"):
        if path.stem in needed or _age(path) < age:
            continue
        with inspect(folder, path.stem) as record:
            if record.status != HELD:
                path.unlink(missing_ok=True)


def _age(path):
    """Return how long ago it was written; 0 when its sender has just deleted it."""
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return 0
