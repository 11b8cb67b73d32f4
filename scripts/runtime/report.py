"""What the commands say while they work: what, how far, how long."""

import contextlib
import errno
import os
import subprocess
import sys
import time
from pathlib import Path


class SetupError(Exception):
    """A problem the person at the keyboard can solve; the text says how."""


def say(text: str) -> None:
    """Print one line at once, also when the output is a pipe."""
    print(text, flush=True)


@contextlib.contextmanager
def step(title: str):
    """Announce a step and print how long it took."""
    started = time.monotonic()
    say(f"» {title} …")
    yield
    say(f"  done in {time.monotonic() - started:.1f} s")


def tail(log: Path) -> str:
    """Return the last lines of a log, for a message about what went wrong."""
    lines = log.read_text(errors="replace").splitlines()[-15:]
    return "\n".join([f"The last lines of {log}:", *lines])


def run_logged(command, log, *, hint="", **options) -> None:
    """Run ``command`` with its output in the file ``log``.

    Raises :class:`SetupError` with the last lines of the log when it fails.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as stream:
        code = subprocess.run(
            [str(part) for part in command],
            stdout=stream,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            check=False,
            **options,
        ).returncode
    if code:
        name = os.path.basename(str(command[0]))
        raise SetupError(f"{name} failed (exit {code}). {hint}\n{tail(log)}")


def main_guard(main) -> None:
    """Run ``main`` and turn foreseeable trouble into one clear message."""
    try:
        sys.exit(main(sys.argv[1:]) or 0)
    except SetupError as error:
        message = str(error)
    except KeyboardInterrupt:
        message = "Stopped by the keyboard. The next run continues by itself."
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        message = (
            f"The disk is full ({error.filename or 'while writing'}). Free about "
            "4 GB, then run the same command again: it continues by itself."
        )
    print(f"\nERROR: {message}", file=sys.stderr, flush=True)
    sys.exit(1)
