"""SendGrid on this machine: the documented interface, with faults on demand.

It checks requests as v3 ``mail/send`` documents it, fills in the substitutions, keeps
what it took, and signs webhooks. A fault is read from the local part of a recipient in
the request: ``http-503.7@x.example``. ``poison@`` is an address that it refuses.
``tests/faults`` and the benchmark use it too, without Odoo.
"""

import base64
import contextlib
import json
import re
import socket
import struct
import threading
import time
import uuid
from collections import Counter
from email.utils import formatdate

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

KEY = "SG.test.key"
SCOPES = ["mail.send", "sender_verification_eligible"]
_FAULT = re.compile(r"http-([a-z0-9]+)")
_RESERVED = frozenset(
    "x-sg-id x-sg-eid received dkim-signature content-type content-transfer-encoding"
    " to from subject reply-to cc bcc".split()
)
# Faults that leave SendGrid with the messages although the sender cannot know it.
TAKEN = frozenset(
    "200 202 empty truncated page 301 500 502 503 504 reset hang garbage"
    " trickle".split()
)


class SendGridPeer:
    """A server; ``accepted`` counts each send key that it took, ever.

    ``messages`` are pairs of a send key and ``(subject, html, text)``; ``calls`` the
    send keys of each request; ``bodies`` the requests as they came, if ``keeps``.
    """

    def __init__(self, *, keeps=True):
        self.key = KEY
        self.scopes = SCOPES
        self.keeps = keeps
        self.accepted = Counter()
        self.messages = []
        self.calls = []
        self.bodies = []
        self.requests = Counter()  # by method and path
        self.connections = 0
        self.slow = 4.0  # seconds that a hanging answer takes
        self._private = ec.generate_private_key(ec.SECP256R1())
        self._open = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._listen, daemon=True).start()

    def stop(self):
        # closing alone would not wake the thread that accepts
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.drop_connections()

    def drop_connections(self):
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _listen(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _address = self._listener.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.connections += 1
                self._open.append(connection)
                talk = Talk(self, connection)
                threading.Thread(target=talk.run, daemon=True).start()

    # === WEBHOOK ===#

    @property
    def public_key(self):
        """As SendGrid shows it: base64 of DER, without a frame."""
        data = self._private.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return base64.b64encode(data).decode()

    def sign(self, body, timestamp=None):
        """Return the headers of a webhook with this body."""
        timestamp = timestamp or str(int(time.time()))
        signature = self._private.sign(
            timestamp.encode() + body, ec.ECDSA(hashes.SHA256())
        )
        return {
            "Content-Type": "application/json",
            "X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(
                signature
            ).decode(),
            "X-Twilio-Email-Event-Webhook-Timestamp": timestamp,
        }

    # === MAIL ===#

    def take(self, request):
        """Keep each message of a request as its recipient would read it."""
        texts = {item["type"]: item["value"] for item in request["content"]}
        for person in request["personalizations"]:
            key = person["custom_args"]["sk"]
            self.accepted[key] += 1
            if not self.keeps:
                continue
            values = person.get("substitutions", {})
            filled = [
                _fill(texts.get(f"text/{kind}", ""), values)
                for kind in ("html", "plain")
            ]
            self.messages.append((key, (_fill(person["subject"], values), *filled)))


def _fill(text, values):
    for mark, value in values.items():
        text = text.replace(mark, value)
    return text


def find_error(request):
    """Return ``(field, message)`` of what v3 ``mail/send`` would refuse, or None."""
    people = request.get("personalizations") or []
    if not 1 <= len(people) <= 1000:
        return "personalizations", "1 to 1000 personalizations are allowed."
    if "@" not in (request.get("from") or {}).get("email", ""):
        return "from.email", "The from object must be provided for every email send."
    kinds = [item["type"] for item in request.get("content") or []]
    if not kinds or kinds != [k for k in ("text/plain", "text/html") if k in kinds]:
        return "content", "Content is missing, or not in the order plain, html."
    if not all(item["value"] for item in request["content"]):
        return "content.0.value", "The content value must be at least one character."
    if len(request.get("categories", ())) > 10:
        return "categories", "There are more than 10 categories."
    seen = set()
    for number, person in enumerate(people):
        if error := _find_personal_error(person, seen):
            return f"personalizations.{number}.{error[0]}", error[1]
    return None


def _find_personal_error(person, seen):
    to = person.get("to") or [{}]
    address = to[0].get("email", "").lower()
    if address.count("@") != 1 or address.startswith("poison"):
        return "to.0.email", "Does not contain a valid address."
    if address in seen:
        return "to", "Each email address should only be included once."
    seen.add(address)
    if not person.get("subject"):
        return "subject", "The subject is required."
    if any(name.lower() in _RESERVED for name in person.get("headers", {})):
        return "headers", "A reserved header was given."
    if not all(value.isascii() for value in person.get("headers", {}).values()):
        return "headers", "Headers must be properly encoded."
    for name, limit in (("substitutions", 10_000), ("custom_args", 10_000)):
        values = person.get(name, {})
        if not all(isinstance(value, str) for value in values.values()):
            return name, "All values must be strings."
        if sum(len(k.encode()) + len(v.encode()) for k, v in values.items()) > limit:
            return name, f"{name} may not exceed {limit} bytes."
    return None


class Talk:
    """One connection."""

    def __init__(self, peer, connection):
        self._peer = peer
        self._connection = connection
        self._stream = connection.makefile("rb")

    def run(self):
        with contextlib.suppress(OSError, ValueError), self._connection:
            while line := self._stream.readline():
                self._serve(*line.decode().split(" ")[:2])

    def _serve(self, method, path):
        headers = {}
        while (line := self._stream.readline().decode().strip()) != "":
            name, _colon, value = line.partition(":")
            headers[name.lower()] = value.strip()
        body = self._stream.read(int(headers.get("content-length", 0)))
        self._peer.requests[method, path] += 1
        if headers.get("authorization") != f"Bearer {self._peer.key}":
            return self._refuse(401, None, "authorization required")
        if (method, path) == ("GET", "/v3/scopes"):
            return self._answer(200, json.dumps({"scopes": self._peer.scopes}))
        if (method, path) != ("POST", "/v3/mail/send"):
            return self._refuse(404, None, "not found")
        return self._send(body)

    # === ANSWERS ===#

    def _answer(self, status, body="", **headers):
        data = body.encode()
        lines = [f"HTTP/1.1 {status} x", f"Content-Length: {len(data)}"]
        lines += [f"{name.replace('_', '-')}: {v}" for name, v in headers.items()]
        self._connection.sendall("\r\n".join([*lines, "", ""]).encode() + data)

    def _refuse(self, status, field, message, **headers):
        errors = [{"message": message, "field": field, "help": None}]
        self._answer(status, json.dumps({"errors": errors}), **headers)

    def _drop(self, *, hard=False):
        if hard:  # RST instead of FIN
            self._connection.setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
            )
            self._stream.close()
            self._connection.close()
        else:
            self._connection.shutdown(socket.SHUT_RDWR)
        raise OSError("dropped")

    # === SEND ===#

    def _send(self, body):
        request = json.loads(body)
        people = request["personalizations"]
        self._peer.calls.append([p["custom_args"]["sk"] for p in people])
        if self._peer.keeps:
            self._peer.bodies.append(request)
        fault = self._find_fault(people)
        if not fault and (error := find_error(request)):
            return self._refuse(400, *error)
        sandbox = request.get("mail_settings", {}).get("sandbox_mode", {})
        if not sandbox.get("enable") and (not fault or fault in TAKEN):
            self._peer.take(request)
        if fault:
            return getattr(self, f"_fault_{fault}", self._fault_code)(fault)
        if sandbox.get("enable"):
            return self._answer(200)
        return self._answer(202, X_Message_Id=uuid.uuid4().hex)

    @staticmethod
    def _find_fault(people):
        for person in people:
            local = person["to"][0]["email"].partition("@")[0]
            if match := _FAULT.match(local):
                return match[1]
        return None

    def _fault_code(self, fault):
        self._refuse(int(fault), None, f"fault {fault}")

    def _fault_200(self, _fault):
        self._answer(200, X_Message_Id="two-hundred")

    def _fault_202(self, _fault):
        self._answer(202, X_Message_Id="accepted")

    def _fault_301(self, _fault):
        self._answer(301, Location=f"{self._peer.url}/v3/elsewhere")

    def _fault_401(self, _fault):
        self._refuse(401, None, "authorization required")

    def _fault_403(self, _fault):
        self._refuse(403, "from", "the from address is no verified sender identity")

    def _fault_429(self, _fault):
        self._refuse(429, None, "too many requests")

    def _fault_busy(self, _fault):
        self._refuse(429, None, "too many requests", Retry_After=120)

    def _fault_date(self, _fault):
        later = formatdate(time.time() + 300, usegmt=True)
        self._refuse(429, None, "too many requests", Retry_After=later)

    def _fault_forever(self, _fault):
        self._refuse(429, None, "too many requests", Retry_After="1e9")

    def _fault_common(self, _fault):
        self._refuse(400, "from.email", "the from address is not valid")

    def _fault_empty(self, _fault):
        """A yes without a length: its end is that of the connection."""
        self._connection.sendall(
            b"HTTP/1.1 202 Accepted\r\nX-Message-Id: e\r\nConnection: close\r\n\r\n"
        )
        self._connection.shutdown(socket.SHUT_WR)

    def _fault_truncated(self, _fault):
        self._connection.sendall(
            b"HTTP/1.1 202 Accepted\r\nContent-Length: 100\r\n\r\nhalf"
        )
        self._drop()

    def _fault_page(self, _fault):
        """A yes that is somebody else's, such as a portal's."""
        self._answer(200, "<html>Please log in</html>")

    def _fault_reset(self, _fault):
        self._drop(hard=True)

    def _fault_cut(self, _fault):
        """The end of the connection in the middle of the head of the answer."""
        self._connection.sendall(b"HTTP/1.1 202 Acc")
        self._drop()

    def _fault_garbage(self, _fault):
        self._connection.sendall(b"\x00\xff hello\r\n\r\n")
        self._drop()

    def _fault_hang(self, _fault):
        time.sleep(self._peer.slow)
        self._drop()

    def _fault_trickle(self, _fault):
        """Each byte in time, the whole never."""
        with contextlib.suppress(OSError):
            for byte in b"HTTP/1.1 202 Accepted\r\n" * 20:
                self._connection.sendall(bytes([byte]))
                time.sleep(0.2)
        self._drop()
