"""Return paths that name the message and cannot be made up.

``bounce+m2s-5f0c…@shop.example``: the number of the message in base 36 and an HMAC. Who
never got the message does not know the address, so a forged notice proves nothing.
Only digits, small letters and a hyphen: mail servers on the way change the case.
"""

import hashlib
import hmac
import re

MAC_CHARACTERS = 20  # 80 bits, to be guessed by e-mail
MAX_LOCAL = 64 - len("+m-") - 13 - MAC_CHARACTERS  # RFC 5321: 64 characters in all
_EXTENSION = re.compile(rf"m([0-9a-z]{{1,13}})-([0-9a-f]{{{MAC_CHARACTERS}}})")
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def _write_number(number):
    text = ""
    while number:
        number, digit = divmod(number, 36)
        text = _DIGITS[digit] + text
    return text or "0"


class Verp:
    """Signs and reads the return paths of one bounce address."""

    def __init__(self, secret, address):
        self.address = address.lower()
        self._local, _at, self._domain = self.address.rpartition("@")
        self._key = hmac.digest(secret, b"bounce", hashlib.sha256)

    def sign(self, recipient_id):
        """Return the return path of a message."""
        number = _write_number(recipient_id)
        return f"{self._local}+m{number}-{self._mac(number)}@{self._domain}"

    def _mac(self, number):
        mac = hmac.digest(self._key, number.encode(), hashlib.sha256)
        return mac.hex()[:MAC_CHARACTERS]

    def is_mine(self, address):
        """Say whether mail to this address comes to the bounce mailbox."""
        local, _at, domain = address.lower().rpartition("@")
        return domain == self._domain and local.partition("+")[0] == self._local

    def read(self, address):
        """Return the number of the message, None for any other or forged address."""
        if not self.is_mine(address):
            return None
        extension = address.lower().rpartition("@")[0].partition("+")[2]
        found = _EXTENSION.fullmatch(extension)
        if not found:
            return None
        number, mac = found.groups()
        # bytes: text that is not ASCII would raise
        if not hmac.compare_digest(self._mac(number).encode(), mac.encode()):
            return None
        return int(number, 36)
