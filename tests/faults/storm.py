"""A storm of webhooks, and what has to be left of it: made without Odoo.

A story a message; each event is told at least once, in any order, in pieces of one to a
thousand, and some by somebody who is not the provider.
"""

import json
import random
from datetime import UTC, datetime
from typing import NamedTuple

DOUBLED = 0.3
FORGED = 0.05
HARD = {"type": "bounce", "status": "5.1.1", "reason": "550 no such user"}
SOFT = {"type": "blocked", "status": "4.7.1", "reason": "blocked"}
# what may follow "processed": (probability, events)
STORIES = (
    (0.70, (("delivered", {}),)),
    (0.12, (("deferred", {"response": "421 later"}), ("delivered", {}))),
    (0.05, (("delivered", {}), ("open", {}), ("click", {}))),
    (0.04, (("bounce", SOFT),)),
    (0.03, (("bounce", HARD),)),
    (0.02, (("bounce", SOFT), ("bounce", HARD))),
    (0.02, (("delivered", {}), ("spamreport", {}))),
    (0.02, (("delivered", {}), ("unsubscribe", {}))),
)
LOGGED = {
    "delivered": "email_delivered",
    "deferred": "email_deferred",
    "bounce": "email_bounced",
    "spamreport": "email_complained",
    "unsubscribe": "email_unsubscribed",
}


class Row(NamedTuple):
    """What the message of one key has to say in the end."""

    delivered_at: datetime | None = None
    bounced_at: datetime | None = None
    bounce_type: str | None = None
    complained_at: datetime | None = None
    unsubscribed_at: datetime | None = None


class Storm:
    """Events of messages with these send keys; ``start`` is a time in seconds.

    ``events`` are told at least once; ``logged`` are their names and types as the event
    log has to have them; ``rows`` is the last word on each message.
    """

    def __init__(self, keys, start, seed=17):
        self._clock = random.Random(seed)
        self._start = start
        self.events = [event for key in keys for event in self._tell(key)]
        self.logged = {
            event["sg_event_id"]: LOGGED[event["event"]]
            for event in self.events
            if event["event"] in LOGGED
        }
        self.rows = self._settle(keys)

    def _tell(self, key):
        weights, stories = zip(*STORIES, strict=True)
        [story] = self._clock.choices(stories, weights)
        steps = (("processed", {}), *story)
        return [
            {
                "event": name,
                "sk": key,
                "sg_event_id": f"{number}-{name}-{key}",
                "timestamp": self._start + self._clock.randrange(3000),
                **values,
            }
            for number, (name, values) in enumerate(steps)
        ]

    def _settle(self, keys):
        """The state that a reader of the sorted events would write, once."""
        rows = dict.fromkeys(keys, Row())
        for event in sorted(self.events, key=lambda event: event["timestamp"]):
            rows[event["sk"]] = _follow(rows[event["sk"]], event)
        return rows

    def bodies(self):
        """Return all bodies to post, each with whether it is the provider's."""
        told = [*self.events, *self._double()]
        self._clock.shuffle(told)
        bodies = [(piece, True) for piece in self._cut(told)]
        for number in range(round(len(bodies) * FORGED)):
            bodies.append((self._forge(number), False))
        self._clock.shuffle(bodies)
        return [(json.dumps(events).encode(), is_real) for events, is_real in bodies]

    def _double(self):
        return self._clock.choices(self.events, k=round(len(self.events) * DOUBLED))

    def _cut(self, events):
        """Pieces of 1 to 1,000, of each size about as many events."""
        while events:
            size = min(1000, round(10 ** (3 * self._clock.random())))
            yield events[:size]
            events = events[size:]

    def _forge(self, number):
        """A complaint of everybody: what it would do cannot be overlooked."""
        chosen = self._clock.sample(self.events, 20)
        return [
            {**event, "event": "spamreport", "sg_event_id": f"forged-{number}-{n}"}
            for n, event in enumerate(chosen)
        ]


def _follow(row, event):
    moment = datetime.fromtimestamp(event["timestamp"], UTC).replace(tzinfo=None)
    name = event["event"]
    if name == "delivered":
        return row._replace(delivered_at=row.delivered_at or moment)
    if name == "spamreport":
        return row._replace(complained_at=row.complained_at or moment)
    if name == "unsubscribe":
        return row._replace(unsubscribed_at=row.unsubscribed_at or moment)
    if name == "bounce":
        is_hard = event["type"] == "bounce" or row.bounce_type == "hard"
        kind = "hard" if is_hard else "soft"
        return row._replace(bounced_at=row.bounced_at or moment, bounce_type=kind)
    return row
