"""What passes between a campaign's renderer and the sender."""

from typing import NamedTuple


class Skeleton:
    """What all messages of a template share; compared by identity.

    ``html`` and ``text`` are tuples of texts and of numbers of values.
    """

    def __init__(self, html, text):
        self.html = tuple(html)
        self.text = tuple(text)

    def fill(self, values):
        """Return ``(html, text)`` of a message."""
        return self._join(self.html, values), self._join(self.text, values)

    @staticmethod
    def _join(pieces, values):
        return "".join(p if isinstance(p, str) else values[p] for p in pieces)


class Content(NamedTuple):
    """A rendered message.

    Where ``skeleton`` is given, filled with ``values`` it is ``(html, text)``.
    """

    subject: str
    html: str
    text: str
    skeleton: Skeleton | None = None
    values: tuple[str, ...] = ()


class Recipient(NamedTuple):
    """The claimed row as a renderer sees it."""

    id: int
    customer_id: int | None
    company_id: int
    email_address: str | None
    send_key: str
    step_key: str
    variant: str | None
    offer_reference: str | None
    attempt: int
    customer_name: str | None
    tz: str | None = None
    country: str | None = None
