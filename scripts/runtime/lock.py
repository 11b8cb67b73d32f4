"""One set-up at a time: two commands started together must not build the same thing."""

import contextlib
import fcntl

from . import paths
from .report import say

_held: list = []


@contextlib.contextmanager
def setup():
    """Hold the checkout's set-up lock; the kernel frees it when a process dies."""
    if _held:
        yield
        return
    paths.ensure_run_folders()
    with (paths.RUN / "setup.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("» Another command of this checkout is setting up; waiting for it …")
            fcntl.flock(file, fcntl.LOCK_EX)
        _held.append(file)
        try:
            yield
        finally:
            _held.pop()
