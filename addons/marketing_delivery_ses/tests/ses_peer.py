"""Amazon SES and SQS on this machine: the documented interfaces, with faults on demand.

It checks signatures (AWS4-HMAC-SHA256) and requests as SES's ``SendEmail`` of version 2
documents them, keeps what it took, and hands out what lies in a queue. A fault is read
from the local part of the recipient: ``http-503.7@x.example``. ``poison@`` is an
address that it refuses. ``tests/faults`` uses it too, without Odoo.
"""

import base64
import contextlib
import hashlib
import hmac
import json
import re
import socket
import struct
import threading
import time
import uuid
from collections import Counter
from email.utils import formatdate
from urllib.parse import parse_qsl, quote, urlsplit

KEY = "AKIATESTTESTTEST"
SECRET = "secret/of+the/test"
REGION = "eu-west-1"
CONFIGURATION_SET = "marketing"
SEND, ACCOUNT = "/v2/email/outbound-emails", "/v2/email/account"
_FAULT = re.compile(r"\d?http-([a-z0-9]+)")
_TAG = re.compile(r"[\w-]{1,256}", re.ASCII)
# Faults that leave SES with the message although the sender cannot know it.
TAKEN = frozenset(
    "200 empty truncated page 301 500 502 503 504 reset cut hang garbage"
    " trickle".split()
)
# fault -> (status, error, text); {} is the recipient
ERRORS = {
    "400": (400, "BadRequestException", "Missing final '@domain'"),
    "rejected": (400, "MessageRejected", "The message has a virus."),
    "unverified": (
        400,
        "MessageRejected",
        "Email address is not verified. The following identities failed the check in"
        " region EU-WEST-1: {sender}",
    ),
    "sandbox": (
        400,
        "MessageRejected",
        "Email address is not verified. The following identities failed the check in"
        " region EU-WEST-1: {address}",
    ),
    "suspended": (400, "AccountSuspendedException", "The account is suspended."),
    "paused": (400, "SendingPausedException", "Sending is paused."),
    "mailfrom": (400, "MailFromDomainNotVerifiedException", "It is not verified."),
    "401": (401, "UnrecognizedClientException", "The security token is invalid."),
    "403": (403, "AccessDeniedException", "User is not authorized: ses:SendEmail"),
    "404": (404, "NotFoundException", "Configuration set <x> does not exist."),
    "413": (413, "RequestEntityTooLarge", "The message is too long."),
    "429": (429, "TooManyRequestsException", "Maximum sending rate exceeded."),
    "throttling": (400, "ThrottlingException", "Maximum sending rate exceeded."),
    "quota": (429, "TooManyRequestsException", "Daily message quota exceeded."),
    "500": (500, "InternalServiceErrorException", "It went wrong."),
    "503": (503, "ServiceUnavailableException", "It is away."),
}


class SesPeer:
    """A server; ``accepted`` counts each send key that it took, ever.

    ``messages`` are pairs of a send key and the raw message; ``calls`` the send keys as
    they were asked for; ``requests`` what came, by method and path or target. Messages
    are kept if ``keeps``.
    """

    def __init__(self, *, keeps=True):
        self.keeps = keeps
        self.key, self.secret = KEY, SECRET
        self.accepted = Counter()
        self.messages, self.bodies, self.calls = [], [], []
        self.requests = Counter()
        self.connections = 0
        self.slow = 4.0  # seconds that a hanging answer takes
        self.account = {
            "SendingEnabled": True,
            "ProductionAccessEnabled": True,
            "EnforcementStatus": "HEALTHY",
            "SendQuota": {
                "Max24HourSend": 50000.0,
                "MaxSendRate": 1000.0,
                "SentLast24Hours": 12.0,
            },
        }
        self.account_fault = None  # (status, error) of GetAccount
        self.queue = {}  # message id -> body
        self.handed = {}  # receipt handle -> message id, hidden meanwhile
        self.queue_fault = None  # (status, error)
        self.loses_deletions = False  # it takes its time over them, and then forgets
        self.pages = {}  # path -> (status, body) of plain requests
        self._open = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.queue_url = f"{self.url}/123456789012/ses-events"
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

    def put(self, *bodies):
        """Put letters into the queue."""
        self.queue.update({uuid.uuid4().hex: body for body in bodies})

    def reappear(self):
        """Let the time pass in which what was read and not deleted is hidden."""
        self.handed.clear()

    def take(self, request):
        [key] = [t["Value"] for t in request["EmailTags"] if t["Name"] == "sk"]
        self.accepted[key] += 1
        if not self.keeps:
            return
        raw = base64.b64decode(request["Content"]["Raw"]["Data"])
        self.messages.append((key, raw))


def find_error(request):
    """Return ``(error, text)`` of what ``SendEmail`` would refuse, or None."""
    raw = base64.b64decode(request["Content"]["Raw"]["Data"], validate=True)
    [address] = request["Destination"]["ToAddresses"]
    if "@" not in request["FromEmailAddress"] or b"\r\n\r\n" not in raw:
        return "BadRequestException", "The message has no header."
    if max(map(len, raw.split(b"\r\n"))) > 998:
        return "BadRequestException", "A line is too long."
    if address.count("@") != 1 or address.startswith("poison"):
        return "BadRequestException", "Local address contains control or whitespace"
    if not all(_TAG.fullmatch(t["Name"]) for t in request["EmailTags"]):
        return "BadRequestException", "Invalid tag."
    if not all(_TAG.fullmatch(t["Value"]) for t in request["EmailTags"]):
        return "BadRequestException", "Invalid tag."
    return None


def find_signature_error(peer, method, path, headers, body):
    """Return the error of a request that ``peer`` has not signed, or None."""
    found = re.fullmatch(
        r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8}/[^/]+/[^/]+/aws4_request),"
        r" SignedHeaders=([\w;-]+), Signature=([0-9a-f]{64})",
        headers.get("authorization", ""),
    )
    if not found:
        return "MissingAuthenticationTokenException"
    key, scope, names, signature = found.groups()
    if key != peer.key:
        return "UnrecognizedClientException"
    parts = urlsplit(path)
    query = "&".join(
        f"{quote(name, safe='')}={quote(value, safe='')}"
        for name, value in sorted(parse_qsl(parts.query))
    )
    lines = [f"{name}:{headers[name]}" for name in names.split(";")]
    canonical = [method, parts.path, query, *lines, "", names]
    canonical = "\n".join([*canonical, hashlib.sha256(body).hexdigest()])
    told = hashlib.sha256(canonical.encode()).hexdigest()
    text = "\n".join(["AWS4-HMAC-SHA256", headers["x-amz-date"], scope, told])
    secret = f"AWS4{peer.secret}".encode()
    for word in scope.split("/"):
        secret = hmac.digest(secret, word.encode(), "sha256")
    wanted = hmac.digest(secret, text.encode(), "sha256").hex()
    return None if wanted == signature else "InvalidSignatureException"


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
        while (line := self._stream.readline()).strip():
            name, _colon, value = line.decode().strip().partition(":")
            headers[name.lower()] = value.strip()
        size = int(headers.get("content-length", 0))
        body = self._stream.read(size)
        if not line or len(body) < size:
            raise OSError("the sender was killed in the middle of it")
        peer, target = self._peer, headers.get("x-amz-target", "")
        place = urlsplit(path).path
        peer.requests[target or f"{method} {place}"] += 1
        if place in peer.pages:
            return self._answer(*peer.pages[place])
        if error := find_signature_error(peer, method, path, headers, body):
            return self._refuse(403, error, "The security token is invalid.")
        if target.startswith("AmazonSQS."):
            return self._serve_queue(target.partition(".")[2], json.loads(body))
        if (method, place) == ("GET", ACCOUNT):
            if peer.account_fault:
                return self._refuse(*peer.account_fault, "No.")
            return self._answer(200, json.dumps(peer.account))
        if (method, place) == ("POST", SEND):
            return self._send(json.loads(body))
        return self._refuse(404, "UnknownOperationException", "Not found.")

    # === ANSWERS ===#

    def _answer(self, status, body="", **headers):
        data = body.encode()
        lines = [f"HTTP/1.1 {status} x", f"Content-Length: {len(data)}"]
        lines += [f"{name.replace('_', '-')}: {v}" for name, v in headers.items()]
        self._connection.sendall("\r\n".join([*lines, "", ""]).encode() + data)

    def _refuse(self, status, error, text, **headers):
        body = json.dumps({"message": text})
        self._answer(status, body, **{"X_Amzn_ErrorType": error, **headers})

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

    def _send(self, request):
        peer = self._peer
        [address] = request["Destination"]["ToAddresses"]
        if peer.keeps:
            peer.bodies.append(request)
        peer.calls += [t["Value"] for t in request["EmailTags"] if t["Name"] == "sk"]
        match = _FAULT.match(address)
        fault = match and match[1]
        if not fault and (error := find_error(request)):
            return self._refuse(400, *error)
        wanted = request.get("ConfigurationSetName", CONFIGURATION_SET)
        if wanted != CONFIGURATION_SET:
            text = f"Configuration set <{wanted}> does not exist."
            return self._refuse(404, "NotFoundException", text)
        if not fault or fault in TAKEN:
            peer.take(request)
        if not fault or fault == "200":
            return self._answer(200, json.dumps({"MessageId": uuid.uuid4().hex}))
        if fault in ERRORS:
            status, error, text = ERRORS[fault]
            values = {"sender": request["FromEmailAddress"], "address": address}
            return self._refuse(status, error, text.format(**values))
        return getattr(self, f"_fault_{fault}", self._fault_code)(fault)

    def _fault_code(self, fault):
        self._answer(int(fault), "<html>somebody in between</html>")

    def _fault_301(self, _fault):
        self._answer(301, Location=f"{self._peer.url}/elsewhere")

    def _fault_busy(self, _fault):
        self._refuse(429, "TooManyRequestsException", "Slower.", Retry_After=120)

    def _fault_date(self, _fault):
        later = formatdate(time.time() + 300, usegmt=True)
        self._refuse(429, "TooManyRequestsException", "Slower.", Retry_After=later)

    def _fault_forever(self, _fault):
        self._refuse(429, "TooManyRequestsException", "Slower.", Retry_After="1e9")

    def _fault_empty(self, _fault):
        """A yes without a word: it has no message id."""
        self._answer(200)

    def _fault_page(self, _fault):
        """A yes that is somebody else's, such as a portal's."""
        self._answer(200, "<html>Please log in</html>")

    def _fault_truncated(self, _fault):
        self._connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
        self._drop()

    def _fault_cut(self, _fault):
        self._connection.sendall(b"HTTP/1.1 200 O")
        self._drop()

    def _fault_reset(self, _fault):
        self._drop(hard=True)

    def _fault_garbage(self, _fault):
        self._connection.sendall(b"\x00\xff hello\r\n\r\n")
        self._drop()

    def _fault_hang(self, _fault):
        time.sleep(self._peer.slow)
        self._drop()

    def _fault_trickle(self, _fault):
        """Each byte in time, the whole never."""
        with contextlib.suppress(OSError):
            for byte in b"HTTP/1.1 200 OK\r\n" * 40:
                self._connection.sendall(bytes([byte]))
                time.sleep(0.2)
        self._drop()

    # === QUEUE ===#

    def _serve_queue(self, action, request):
        peer = self._peer
        if peer.queue_fault:
            return self._refuse_queue(*peer.queue_fault)
        if request["QueueUrl"] != peer.queue_url:
            return self._refuse_queue(400, "QueueDoesNotExist")
        if peer.loses_deletions and action == "DeleteMessageBatch":
            time.sleep(peer.slow)
            self._drop()
        answer = getattr(self, f"_do_{action}")(request)
        return self._answer(200, json.dumps(answer))

    def _refuse_queue(self, status, error):
        """SQS names its errors in the body, SES in the head."""
        told = {"__type": f"com.amazonaws.sqs#{error}", "message": "No."}
        self._answer(status, json.dumps(told))

    def _do_GetQueueAttributes(self, _request):
        return {
            "Attributes": {"ApproximateNumberOfMessages": str(len(self._peer.queue))}
        }

    def _do_ReceiveMessage(self, request):
        peer, found = self._peer, []
        hidden = set(peer.handed.values())
        free = [i for i in peer.queue if i not in hidden]
        for identifier in free[: request["MaxNumberOfMessages"]]:
            handle = uuid.uuid4().hex
            peer.handed[handle] = identifier
            body = peer.queue[identifier]
            digest = hashlib.md5(body.encode(), usedforsecurity=False).hexdigest()
            found.append(
                {
                    "MessageId": identifier,
                    "ReceiptHandle": handle,
                    "MD5OfBody": digest,
                    "Body": body,
                }
            )
        return {"Messages": found} if found else {}

    def _do_DeleteMessageBatch(self, request):
        peer = self._peer
        for entry in request["Entries"]:
            peer.queue.pop(peer.handed.pop(entry["ReceiptHandle"], None), None)
        return {"Successful": [{"Id": e["Id"]} for e in request["Entries"]]}
