"""The signed addresses of one recipient, made while a message is rendered."""

# The law asks for at least 60 days of a working unsubscribe link; people clear their
# inboxes yearly.
LIFETIME_SECONDS = 400 * 86400


class RecipientLinks:
    """Absolute addresses for one recipient.

    `expires` is in epoch seconds and holds for every link of the message. A
    message costs one object and one signature a link, so nothing is prepared.
    """

    __slots__ = ("_base", "_expires", "_recipient", "_sign")

    def __init__(self, base_url, signer, recipient_id, expires):
        self._base = base_url.rstrip("/")
        self._sign = signer.sign
        self._recipient = recipient_id
        self._expires = expires

    def click(self, position):
        token = self._sign("click", self._recipient, position, expires=self._expires)
        return f"{self._base}/mm/c/{token}"

    def pixel(self):
        token = self._sign("open", self._recipient, expires=self._expires)
        return f"{self._base}/mm/o/{token}.gif"

    def unsubscribe(self):
        """Return the page on which a person confirms."""
        token = self._sign("unsubscribe", self._recipient, expires=self._expires)
        return f"{self._base}/mm/u/{token}"

    def one_click(self):
        """Return the address for the List-Unsubscribe header (RFC 8058)."""
        token = self._sign("unsubscribe", self._recipient, expires=self._expires)
        return f"{self._base}/mm/1/{token}"

    def view(self):
        token = self._sign("view", self._recipient, expires=self._expires)
        return f"{self._base}/mm/v/{token}"
