"""DKIM signatures of the messages we emit (RFC 6376, RFC 8463), relaxed/relaxed.

Our content is 7bit or base64 with CRLF, so no relay has a reason to change it. A
message costs one hash of its body and one signature, about 0.3 ms with RSA-2048.
"""

import base64
import hashlib
import re
import time

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa

RSA, ED25519 = "rsa", "ed25519"
RSA_BITS = 2048  # the longest that every DNS panel takes
# In this order, as far as the message has them. RFC 8058 asks for both List-Unsubscribe
# headers: an unsigned one-click address could be anybody's.
SIGNED = (
    b"from",
    b"reply-to",
    b"to",
    b"subject",
    b"date",
    b"message-id",
    b"mime-version",
    b"content-type",
    b"list-id",
    b"list-unsubscribe",
    b"list-unsubscribe-post",
    b"feedback-id",
)
_LINE = 72
_FIELDS = re.compile(rb"\r\n(?![ \t])")
_SPACES = re.compile(rb"[ \t]+")
_RUNS = re.compile(rb"\t[ \t]*| [ \t]+")
_PADDING = padding.PKCS1v15()
_HASH = hashes.SHA256()


class BadKey(ValueError):
    """A private key that cannot sign."""


def generate(algorithm):
    """Return a new private key as PEM text."""
    if algorithm == ED25519:
        key = ed25519.Ed25519PrivateKey.generate()
    else:
        key = rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def get_public_record(private_key):
    """Return the TXT record that lets receivers verify the signatures of a key."""
    public = _load(private_key).public_key()
    if isinstance(public, ed25519.Ed25519PublicKey):
        kind, data = ED25519, public.public_bytes_raw()
    else:
        kind = RSA
        data = public.public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    return f"v=DKIM1; k={kind}; p={base64.b64encode(data).decode()}"


def _load(private_key):
    try:
        # skipped: the check of the primes, 30 ms for a key that we have made ourselves
        key = serialization.load_pem_private_key(
            (private_key or "").encode(), None, unsafe_skip_rsa_key_validation=True
        )
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise BadKey("the private key cannot be read") from error
    if not isinstance(key, rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey):
        raise BadKey("the private key is neither RSA nor Ed25519")
    return key


def canonicalise_body(body):
    """Return a body with CRLF in its relaxed form (RFC 6376, 3.4.4)."""
    if b"\t" in body or b"  " in body or b" \r\n" in body or body.endswith(b" "):
        body = _RUNS.sub(b" ", body).replace(b" \r\n", b"\r\n").rstrip(b" ")
    body = body.rstrip(b"\r\n")
    return body + b"\r\n" if body else b""


def canonicalise_header(name, value):
    """Return a header field in its relaxed form (RFC 6376, 3.4.2), without CRLF."""
    value = _SPACES.sub(b" ", value.replace(b"\r\n", b"")).strip(b" ")
    return name.strip(b" \t").lower() + b":" + value


def _read_fields(head):
    """Return ``{name: canonical field}`` of what is signed; the last of each name."""
    fields = {}
    for line in _FIELDS.split(head):
        name, _colon, value = line.partition(b":")
        key = name.strip(b" \t").lower()
        if key in SIGNED:
            fields[key] = canonicalise_header(key, value)
    return fields


class Signer:
    """One key of one domain; may serve many threads."""

    def __init__(self, domain, selector, private_key):
        key = _load(private_key)
        self._is_rsa = isinstance(key, rsa.RSAPrivateKey)
        self._key = key
        algorithm = RSA if self._is_rsa else ED25519
        self._start = (
            f"v=1; a={algorithm}-sha256; c=relaxed/relaxed;"
            f" d={domain};\r\n s={selector};"
        ).encode("ascii")

    def sign(self, fields, body_hash, now):
        """Return the DKIM-Signature field, with its CRLF."""
        # named once more than it is there: nobody can add a second From
        names = b":".join([b"from", *(name for name in SIGNED if name in fields)])
        value = b"%s t=%d;\r\n h=%s;\r\n bh=%s;\r\n b=" % (
            self._start,
            now,
            names,
            body_hash,
        )
        lines = [fields[name] for name in SIGNED if name in fields]
        lines.append(canonicalise_header(b"dkim-signature", value))
        signature = base64.b64encode(self._sign(b"\r\n".join(lines)))
        folded = b"\r\n ".join(
            signature[start : start + _LINE]
            for start in range(0, len(signature), _LINE)
        )
        return b"DKIM-Signature: %s%s\r\n" % (value, folded)

    def _sign(self, data):
        if self._is_rsa:
            return self._key.sign(data, _PADDING, _HASH)
        return self._key.sign(hashlib.sha256(data).digest())


def sign(data, signers, now=None):
    """Return a message with the signatures of all signers in front.

    ``data`` is RFC 5322 with CRLF, as :class:`.adapter.Message` has it.
    """
    head, _empty, body = data.partition(b"\r\n\r\n")
    fields = _read_fields(head)
    digest = hashlib.sha256(canonicalise_body(body)).digest()
    body_hash = base64.b64encode(digest)
    now = int(time.time() if now is None else now)
    return b"".join([*(s.sign(fields, body_hash, now) for s in signers), data])
