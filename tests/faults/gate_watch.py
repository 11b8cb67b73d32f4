"""When a sender asks the gate, and a way to make it wait right before.

A forked sender wraps its own function, as for the crash points. Times are those of the
machine's monotonic clock, which all processes share.
"""

import time
from pathlib import Path

from odoo.addons.marketing_delivery.sender import gate


def watch(path):
    """Log ``time id id …`` right before the statement that lets these messages go."""
    log = Path(path).open("a")

    def note(ids):
        log.write(" ".join(map(str, (time.monotonic_ns(), *ids))) + "\n")
        log.flush()

    _wrap(note)


def hold(path):
    """Wait before the gate, once: ``FILE.here`` says so, ``FILE`` lets it go on."""
    released, here = Path(path), Path(f"{path}.here")

    def wait(_ids):
        here.touch()
        while not released.exists():
            time.sleep(0.005)

    _wrap(wait)


def _wrap(before):
    original = gate.pass_gate

    def pass_gate(cr, questions, token, ids, *arguments, **options):
        ids = list(ids)
        before(ids)
        return original(cr, questions, token, ids, *arguments, **options)

    gate.pass_gate = pass_gate
