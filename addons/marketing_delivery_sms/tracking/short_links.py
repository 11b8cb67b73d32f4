"""Signed addresses short enough for an SMS.

Token: recipient (5 bytes), position of the link (1 byte) and the first 8 bytes of their
HMAC-SHA256, base64url: 19 characters. Nothing is stored. It names no expiry: a link
works as long as its message is young enough.
"""

import base64
import hashlib
import hmac
import re

from odoo.addons.marketing_base.links import SECRET_PARAMETER

WAY_OUT = 255  # the position of the link to leave
PATH = "/s/"
TOKEN_LENGTH = 19
_TOKEN = re.compile(rf"[A-Za-z0-9_-]{{{TOKEN_LENGTH}}}")
_MAX_RECIPIENT = 2**40
_SAMPLE = "k3Jx9QmT2vLr8WzP5"


class ShortSigner:
    def __init__(self, secret):
        self._key = hmac.digest(secret, b"link:short", hashlib.sha256)

    @classmethod
    def from_env(cls, env):
        """Return the signer of this database."""
        parameters = env["ir.config_parameter"]
        return cls(bytes.fromhex(parameters._get_marketing_secret(SECRET_PARAMETER)))

    def _mac(self, payload):
        return hmac.digest(self._key, payload, hashlib.sha256)[:8]

    def sign(self, recipient_id, position):
        if not 0 <= recipient_id < _MAX_RECIPIENT or not 0 <= position <= WAY_OUT:
            raise ValueError("a short link names one of 255 links")
        payload = recipient_id.to_bytes(5, "big") + bytes([position])
        return _encode(payload + self._mac(payload))

    def verify(self, token):
        """Return (recipient id, position), or None for anything wrong; never raises."""
        if not isinstance(token, str) or not _TOKEN.fullmatch(token):
            return None
        raw = base64.urlsafe_b64decode(token + "=")
        payload = raw[:6]
        if not hmac.compare_digest(self._mac(payload), raw[6:]):
            return None
        # the last character carries two unused bits: one link has one spelling
        if _encode(raw) != token:
            return None
        return int.from_bytes(payload[:5], "big"), payload[5]


class ShortLinks:
    """The addresses of one recipient, made while a message is rendered."""

    def __init__(self, base_url, signer, recipient_id):
        self._base = base_url.rstrip("/")
        self._signer = signer
        self._recipient = recipient_id

    def click(self, position):
        return f"{self._base}{PATH}{self._signer.sign(self._recipient, position)}"

    def unsubscribe(self):
        return self.click(WAY_OUT)

    def one_click(self):
        """An SMS has no header for it."""
        return None

    def pixel(self):
        return ""

    def view(self):
        """A text has no other form to be looked at."""
        return self._base


class SampleLinks(ShortLinks):
    """Links that lead nowhere, of the length of real ones."""

    def __init__(self, base_url):
        super().__init__(base_url, None, 0)

    def click(self, position):
        return f"{self._base}{PATH}{_SAMPLE}{position:02x}"


def _encode(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")
