"""The key by which push services know us (RFC 8292)."""

import base64
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from odoo.addons.mail.tools import jwt

# number of points of the curve P-256: a private key lies below it
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_HOURS = 12  # push services accept up to 24


class Vapid:
    """
    :param secret: 32 random bytes, the same for the life of the database
    :param subject: https: or mailto: address under which a service finds us
    """

    def __init__(self, secret, subject):
        number = int.from_bytes(secret, "big") % (_ORDER - 1) + 1
        point = ec.derive_private_key(number, ec.SECP256R1()).public_key()
        self.public_key = _encode(
            point.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        )
        self._private_key = _encode(number.to_bytes(32, "big"))
        self._subject = subject
        self._headers = {}

    def get_header(self, host):
        """Return the Authorization header for a push service; one a sender."""
        if host not in self._headers:
            claims = {"aud": f"https://{host}", "sub": self._subject}
            token = jwt.sign(
                claims,
                self._private_key,
                ttl=_HOURS * 3600,
                algorithm=jwt.Algorithm.ES256,
            )
            self._headers[host] = f"vapid t={token}, k={self.public_key}"
        return self._headers[host]


def find_subject(base_url, email):
    """Return the address of the sender: its site, or its mailbox."""
    if urlsplit(base_url or "").scheme == "https":
        return base_url
    return f"mailto:{email}" if email else "mailto:postmaster@localhost"


def _encode(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")
