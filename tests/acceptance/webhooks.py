"""SendGrid's event webhook: signed, doubled, shuffled, and forged by somebody else."""

import json
import random
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

THREADS = 4
# role -> what SendGrid tells after "processed"
STORIES = {
    "gone": [("bounce", {"type": "bounce", "status": "5.1.1", "reason": "no user"})],
    "full": [("bounce", {"type": "blocked", "status": "5.2.2", "reason": "full"})],
    "invalid": [("dropped", {"reason": "Invalid"})],
    "late": [("deferred", {"response": "421 later"}), ("delivered", {})],
    "angry": [("delivered", {}), ("spamreport", {})],
    "listed": [("delivered", {}), ("unsubscribe", {})],
    "twice": [("delivered", {}), ("group_unsubscribe", {})],
    # SendGrid counts these as well; our own pixel and links do it here
    "reader": [("delivered", {}), ("open", {})],
    "clicker": [("delivered", {}), ("open", {}), ("click", {"url": "https://x/"})],
    "scanner": [("delivered", {}), ("open", {"sg_machine_open": True})],
}
OTHERS = [("delivered", {})]


def list_events(letters, moment):
    """Return each event that SendGrid has to tell, once; all happened at ``moment``."""
    return [
        {
            "event": name,
            "email": letter.address,
            "sk": letter.key,
            "sg_event_id": f"{name}-{letter.key}",
            "sg_message_id": f"{letter.key}.filter0",
            "timestamp": moment,
            **values,
        }
        for letter in letters
        for name, values in [("processed", {}), *STORIES.get(letter.role, OTHERS)]
    ]


def tell(peer, url, letters, moment, seed=3):
    """Post all events, a third of them twice, in any order; return how often."""
    clock = random.Random(seed)
    events = list_events(letters, moment)
    events += clock.sample(events, len(events) // 3)
    clock.shuffle(events)
    bodies = [_dump(piece) for piece in _cut(clock, events)]
    with ThreadPoolExecutor(THREADS) as pool:
        statuses = list(pool.map(lambda b: post(url, b, peer.sign(b)), bodies))
    assert set(statuses) == {200}, statuses
    return len(bodies)


def forge(peer, url, letters):
    """Post complaints of everybody with signatures that are not SendGrid's."""
    body = _dump(
        [
            {"event": "spamreport", "sk": letter.key, "sg_event_id": f"f-{letter.key}"}
            for letter in letters
        ]
    )
    good = peer.sign(body)
    other = type(peer)()
    try:
        stranger = other.sign(body)
    finally:
        other.stop()
    for headers, sent in (
        ({"Content-Type": "application/json"}, body),
        (good, body + b" "),
        (stranger, body),
        (peer.sign(_dump([])), body),
    ):
        assert post(url, sent, headers) == 403


def post(url, body, headers):
    try:
        with urllib.request.urlopen(
            urllib.request.Request(url, body, headers), timeout=60
        ) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def _dump(events):
    return json.dumps(events).encode()


def _cut(clock, events):
    while events:
        size = clock.randrange(1, 40)
        yield events[:size]
        events = events[size:]
