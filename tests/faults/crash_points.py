"""Named places in a sender's life at which it dies (``os._exit``, as by kill -9).

The product has no hooks for this: a forked sender wraps its own functions. A point is
reached for the nth time, then the process is gone, without any ``finally``.
"""

import os
from importlib import import_module

SENDER = "odoo.addons.marketing_delivery.sender"

EXIT_CODE = 137
BEFORE, AFTER = "before", "after"
POINTS = {
    "claim, before its commit": ("outbox.claim", AFTER),
    "claim, after its commit": ("pump.Pump._claim", AFTER),
    "counted, before its commit": ("admission.Admission.count", AFTER),
    "gate, before its commit": ("gate.pass_gate", AFTER),
    "gate, after its commit": ("pump.Pump._commit_batch", AFTER),
    "recipient accepted": ("smtp.SmtpAdapter._open_message", AFTER),
    "before the journal": ("pump.Pump._begin", BEFORE),
    "after the journal": ("journal.Journal.begin", AFTER),
    "answer read": ("smtp.SmtpAdapter._send_content", AFTER),
    "answer in the journal": ("journal.Journal.end", AFTER),
    "answers written, before the commit": ("outbox.settle", AFTER),
    "last answers, before the commit": ("outbox.cancel_left", AFTER),
    "last answers, after the commit": ("journal.Journal.close", BEFORE),
}
CONTENT_POINTS = ("half of the content", "all of the content")
# At these the outcome of exactly one message cannot be known.
DOUBTFUL = {"after the journal", "answer read", *CONTENT_POINTS}
# Passed once in a sender's life, not once a batch or a message.
ONCE = {"last answers, before the commit", "last answers, after the commit"}
PORTION = 10  # so that a small campaign has several claims


def names():
    return [*POINTS, *CONTENT_POINTS]


def arm(name, hit):
    """Let this process die when it reaches the point for the ``hit``-th time."""
    _find("settings").PORTION = PORTION
    strike = _Countdown(hit)
    if name in CONTENT_POINTS:
        _wrap_content(strike, is_half=name.startswith("half"))
    else:
        place, moment = POINTS[name]
        _wrap(place, moment, strike)


class _Countdown:
    def __init__(self, hit):
        self._left = hit

    def is_over(self):
        self._left -= 1
        return self._left == 0

    def __call__(self):
        if self.is_over():
            os._exit(EXIT_CODE)


def _find(place):
    """Return a module of the sender, or a class of one; imported in Odoo only."""
    module, *names = place.split(".")
    found = import_module(f"{SENDER}.{module}")
    for name in names:
        found = getattr(found, name)
    return found


def _wrap(place, moment, strike):
    place, _dot, name = place.rpartition(".")
    owner = _find(place)
    original = getattr(owner, name)

    def wrapped(*arguments, **options):
        if moment == BEFORE:
            strike()
        result = original(*arguments, **options)
        if moment == AFTER:
            strike()
        return result

    setattr(owner, name, wrapped)


def _wrap_content(strike, *, is_half):
    session = _find("smtp_session.SmtpSession")
    original = session.write

    def write(self, data, seconds):
        if not data.endswith(b"\r\n.\r\n"):
            return original(self, data, seconds)
        if not strike.is_over():
            return original(self, data, seconds)
        original(self, data[: len(data) // 2] if is_half else data, seconds)
        os._exit(EXIT_CODE)

    session.write = write
