"""The program that sends events during a soak, and its list of what was promised."""

import json
import random
import time
import urllib.request
from datetime import UTC, datetime, timedelta

from soak_actors import Actor

PATH = "/api/v1/events"
LARGEST = 1000
TYPES = ("page_view", "product_view", "search", "add_to_cart")


class Events(Actor):
    """Sends batches at a steady rate; one without an answer is sent again until it has.

    A batch is either stored as a whole or not at all, so this list and the log are
    compared batch by batch. Some batches that were acknowledged are sent once more, as
    a program does that lost the answer: they must not count twice.
    """

    pause = 0.5

    def __init__(self, servers, token, rate):
        super().__init__(servers)
        self.acknowledged = {}  # number of the batch: how many events
        self.offered = {}
        self.waits = []
        self._url = servers.base + PATH
        self._token = token
        self._rate = rate
        self._begun = None
        self._waiting = None  # (number, body) without an answer so far
        self._last = None

    def turn(self):
        self._begun = self._begun or time.monotonic()
        if self._waiting is None:
            due = int((time.monotonic() - self._begun) * self._rate)
            due -= sum(self.offered.values())
            if due <= 0:
                return
            self._offer(min(due, LARGEST))
        self._deliver(*self._waiting)
        self._waiting = None
        if random.random() < 0.05:
            self._deliver(*self._last)

    def stop(self):
        super().stop()
        if self._waiting:
            self._deliver(*self._waiting)

    def _offer(self, size):
        number = len(self.offered)
        now = datetime.now(UTC)
        events = [_make_event(number, n, now) for n in range(size)]
        random.shuffle(events)
        self.offered[number] = size
        self._waiting = (number, json.dumps({"events": events}).encode())

    def _deliver(self, number, body):
        headers = {
            "Authorization": f"Bearer {self._token}",
            "Content-Type": "application/json",
        }
        begun = time.monotonic()
        request = urllib.request.Request(self._url, body, headers)
        with urllib.request.urlopen(request, timeout=60) as answer:
            counts = json.load(answer)["counts"]
        taken = counts["accepted"] + counts["duplicate"]
        if answer.status != 202 or taken != self.offered[number]:
            raise ValueError(f"batch {number}: {answer.status} {counts}")
        self.acknowledged[number] = taken
        self.waits.append(time.monotonic() - begun)
        self._last = (number, body)


def _make_event(batch, number, now):
    late = timedelta(hours=random.choice((0, 0, 0, 0, 0, 0, 0, 0, 0, 30)))
    return {
        "event_id": f"soak:{batch}:{number}",
        "event_type": random.choice(TYPES),
        "occurred_at": (now - late).isoformat(),
        "session_id": f"session-{number % 97}",
        "properties": {"path": f"/shop/product-{number}", "product_id": 1 + number},
    }
