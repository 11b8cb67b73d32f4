"""What a provider's adapter takes and gives back; one module per provider type."""

from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol

ACCEPTED = "accepted"  # the provider owns the message now
TRANSIENT = "transient"  # a definite no, worth another attempt
PERMANENT = "permanent"  # a definite no for ever
UNKNOWN = "unknown"  # the answer was lost: never submitted again
WITHHELD = "withheld"  # not submitted: the lease was over


class Message(NamedTuple):
    """A message to deliver; ``data`` is RFC 5322: CRLF, no dot doubled, ended line."""

    recipient_id: int
    send_key: str
    sender: str
    address: str
    data: bytes


class Outcome(NamedTuple):
    """What became of a message.

    ``reply`` is the provider's answer in one line, without any secret; ``verb`` is one
    word for where it was given (``RCPT``, ``POST``). ``message_id`` is the provider's
    name of the message, up to 100 characters. ``bounce_type`` is ``hard`` or ``soft``
    when the address was refused, and None when the message was.
    """

    kind: str
    reply: str = ""
    verb: str = ""
    message_id: str | None = None
    bounce_type: str | None = None


class ProviderDown(Exception):
    """The provider cannot be used; says nothing about the message at hand."""


class Adapter(Protocol):
    """One sender's way to a provider; ``tests/adapter_contract.py`` checks it.

    It holds plain values, never a record or a cursor: no transaction is open while it
    works. No wait for an answer is longer than ``settings.REPLY``, because a sender
    that is silent for ``settings.DOUBT`` has its messages in doubt.
    """

    def connect(self) -> None:
        """Make sure that messages can be submitted; a second call does no harm.

        Raises :class:`ProviderDown`, with one line a person can act on and no secret,
        and leaves nothing open then.
        """

    def submit(
        self, messages: list[Message], begin: Callable[[Message], bool]
    ) -> Iterator[Outcome]:
        """Submit in order and yield one outcome each.

        ``begin(message)`` is called once, right before the first byte that could
        make the provider deliver; when it is false, nothing more is sent of this
        message and its outcome is ``WITHHELD``. What ``begin`` raises is passed on,
        with nothing delivered. Raises :class:`ProviderDown` before ``begin`` only.
        """

    def close(self) -> None:
        """Leave the provider politely; never raises, connected or not."""
