"""What a sender needs to know of an account; plain values."""

from typing import NamedTuple

GLOBAL = "https://api.sendgrid.com"


class Account(NamedTuple):
    """``sandbox``: SendGrid checks the messages and delivers none."""

    key: str
    url: str = GLOBAL
    sandbox: bool = False

    def get_headers(self):
        return {
            "Authorization": f"Bearer {self.key}",
            "Content-Type": "application/json",
            "Accept": "application/json",
        }
