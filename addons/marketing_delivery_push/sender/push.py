"""The adapter of web push (RFC 8030): one encrypted message, one POST."""

import http.client
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from odoo.addons.marketing_delivery.sender.adapter import (
    ACCEPTED,
    PERMANENT,
    TRANSIENT,
    UNKNOWN,
    WITHHELD,
    Capabilities,
    Outcome,
    ProviderDown,
)

from .connection import ANSWER, MAX_ANSWER, Pool
from .endpoint import SERVICES, find_origin

PROBES = (("fcm.googleapis.com", 443), ("updates.push.services.mozilla.com", 443))
TAKEN = frozenset((200, 201, 202, 204))
GONE = frozenset((404, 410))
REFUSED = frozenset((401, 403))
# In a row, of different devices: then it is our key that nobody takes.
MOST_REFUSED = 3
URGENCIES = ("very-low", "low", "normal", "high")
_FAILED = (OSError, http.client.HTTPException)


class PushAdapter:
    """
    :param vapid: :class:`Vapid`
    :param ttl: seconds for which a service keeps a message for a sleeping device
    :param probes: origins of which one answers where the internet can be reached
    """

    capabilities = Capabilities(batch=10)

    def __init__(
        self, vapid, network, *, ttl, urgency, services=SERVICES, probes=PROBES
    ):
        self._vapid = vapid
        self._pool = Pool(network)
        self._headers = {
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(ttl),
            "Urgency": urgency,
        }
        self._services = services
        self._probes = probes
        self._is_connected = False
        self._refused = 0

    def connect(self):
        if not self._is_connected:
            self._probe()
            self._is_connected = True

    def submit(self, messages, begin):
        for message in messages:
            yield self._submit(message, begin)

    def close(self):
        self._is_connected = False
        self._pool.close()

    def _probe(self):
        """Make sure that some push service can be reached."""
        error = None
        for origin in self._probes:
            try:
                self._pool.open(origin)
                return
            except OSError as problem:
                error = problem
        words = f"no push service can be reached ({type(error).__name__})"
        raise ProviderDown(words) from error

    def _submit(self, message, begin):
        if self._refused >= MOST_REFUSED:
            raise ProviderDown("push services refuse our key: it may have changed")
        origin = find_origin(message.address, self._services)
        if not origin:
            reply = "this is no address of a push service"
            return Outcome(PERMANENT, reply, "ADDRESS", bounce_type="hard")
        try:
            connection = self._pool.open(origin)
        except OSError as problem:
            self._probe()
            reply = f"{origin[0]} cannot be reached ({type(problem).__name__})"
            return Outcome(TRANSIENT, reply, "CONNECT")
        if not begin(message):
            return Outcome(WITHHELD)
        return self._post(connection, origin, message)

    def _post(self, connection, origin, message):
        """From here on a lost answer is a doubt."""
        parts = urlsplit(message.address)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        headers = {
            **self._headers,
            "Authorization": self._vapid.get_header(origin[0]),
            # a copy that the service still holds is replaced, not added to
            "Topic": message.send_key.replace("-", "")[:32],
        }
        try:
            connection.request("POST", path, message.data, headers)
            connection.sock.settimeout(ANSWER)
            response = connection.getresponse()
            text = response.read(MAX_ANSWER).decode("utf-8", "replace")
        except _FAILED as problem:
            self._pool.drop(origin)
            return Outcome(UNKNOWN, f"no answer: {type(problem).__name__}", "POST")
        if response.will_close or not response.isclosed():
            self._pool.drop(origin)
        else:
            self._pool.touch(origin)
        return self._judge(response, text)

    def _judge(self, response, text):
        status = response.status
        reply = " ".join(f"{status} {text}".split())[:300]
        self._refused = self._refused + 1 if status in REFUSED else 0
        if status in TAKEN:
            name = (response.headers.get("Location") or "").rpartition("/")[2][:100]
            return Outcome(ACCEPTED, str(status), "POST", name or None)
        if status in GONE:
            return Outcome(PERMANENT, reply, "POST", bounce_type="hard")
        if status == 429:
            wait = read_wait(response.headers.get("Retry-After"))
            return Outcome(TRANSIENT, reply, "POST", wait=wait)
        if status in REFUSED:
            return Outcome(TRANSIENT, reply, "POST")
        if 400 <= status < 500:
            return Outcome(PERMANENT, reply, "POST")
        return Outcome(UNKNOWN, reply, "POST")


def read_wait(value):
    """Return the seconds of a Retry-After header, 0 without one that makes sense."""
    value = (value or "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError):
        return 0.0
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
