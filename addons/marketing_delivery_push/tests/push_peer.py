"""A push service on this machine: TLS, checks of the sender's key, and of the content.

It does what a real one and a browser do together: verifies the signature of the sender
(RFC 8292) and decrypts the message with the keys of the device (RFC 8291).
"""

import base64
import datetime
import hashlib
import hmac
import json
import ssl
import tempfile
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.x509.oid import NameOID

HOST = "push.services.mozilla.com"
DROP = "drop"  # takes the message, and hangs up without a word


def encode(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Device:
    """A browser's half: its keys, and what it can read with them."""

    def __init__(self, endpoint):
        self.endpoint = endpoint
        self._private = ec.generate_private_key(ec.SECP256R1())
        self._point = self._private.public_key().public_bytes(
            serialization.Encoding.X962,
            serialization.PublicFormat.UncompressedPoint,
        )
        self._auth = hashlib.sha256(endpoint.encode()).digest()[:16]

    @property
    def subscription(self):
        keys = {"p256dh": encode(self._point), "auth": encode(self._auth)}
        return {"endpoint": self.endpoint, "expirationTime": None, "keys": keys}

    def read(self, body):
        """Decrypt a message, as RFC 8291 says and not as the sender does."""
        salt, size = body[:16], body[20]
        sender = body[21 : 21 + size]
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
        secret = self._private.exchange(ec.ECDH(), point)
        info = b"WebPush: info\0" + self._point + sender
        ikm = _expand(_hmac(self._auth, secret), info, 32)
        prk = _hmac(salt, ikm)
        key = _expand(prk, b"Content-Encoding: aes128gcm\0", 16)
        nonce = _expand(prk, b"Content-Encoding: nonce\0", 12)
        plain = AESGCM(key).decrypt(nonce, body[21 + size :], None)
        return json.loads(plain.rstrip(b"\0")[:-1])


def _hmac(key, data):
    return hmac.digest(key, data, hashlib.sha256)


def _expand(prk, info, length):
    return _hmac(prk, info + b"\x01")[:length]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_args):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        peer = self.server.peer
        peer.calls += 1
        problem = peer.find_problem(self.headers)
        action = problem or peer.script.get(self.path, 201)
        if action == DROP or action in (200, 201, 202):
            peer.delivered.append(
                (self.headers["Topic"], self.path, body, self.headers)
            )
        if action == DROP:
            self.close_connection = True
            self.connection.close()
            return
        self.send_response(action)
        for name, value in peer.headers:
            self.send_header(name, value)
        self.send_header("Location", f"https://{HOST}/m/{len(peer.delivered)}")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, peer):
        super().__init__(("127.0.0.1", 0), Handler)
        self.peer = peer
        self.open = []

    def process_request(self, request, client_address):
        self.open.append(request)
        return super().process_request(request, client_address)

    def handle_error(self, request, client_address):
        """A client that goes away is part of the game."""


class Peer:
    """`script` maps a path to a status or DROP; `delivered` holds what it now owns."""

    def __init__(self, public_key):
        self.script = {}
        self.headers = []
        self.delivered = []
        self.calls = 0
        self._public_key = public_key
        folder = tempfile.TemporaryDirectory()
        certificate = _make_certificate(Path(folder.name))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        self.client_context = ssl.create_default_context(cafile=certificate)
        folder.cleanup()
        self._server = Server(self)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def find_problem(self, headers):
        """Return the status for a request that no push service would take."""
        kind, _space, rest = headers.get("Authorization", "").partition(" ")
        parts = dict(item.strip().split("=", 1) for item in rest.split(","))
        if kind != "vapid" or parts.get("k") != self._public_key:
            return 403
        head, claims, signature = parts["t"].split(".")
        point = decode(parts["k"])
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        raw = decode(signature)
        key.verify(
            utils.encode_dss_signature(
                int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
            ),
            f"{head}.{claims}".encode(),
            ec.ECDSA(hashes.SHA256()),
        )
        values = json.loads(decode(claims))
        good = (
            values["aud"] == f"https://{HOST}"
            and values["sub"].startswith(("https:", "mailto:"))
            and 0 < values["exp"] - time.time() <= 24 * 3600
            and headers["Content-Encoding"] == "aes128gcm"
            and headers["TTL"].isdigit()
            and len(headers["Topic"]) <= 32
        )
        return None if good else 403

    def stop(self):
        """Go away: no new connection, and none that is open goes on."""
        if self._thread:
            self._server.shutdown()
            self._server.server_close()
            for connection in self._server.open:
                with suppress(OSError):
                    connection.shutdown(2)
            self._thread.join()
            self._thread = None


def _make_certificate(folder):
    """Return the file of a certificate for the peer, its key included."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "peer.pem"
    path.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return str(path)
