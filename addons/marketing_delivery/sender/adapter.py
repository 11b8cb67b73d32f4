"""What a provider's adapter takes and gives back; one module per provider type."""

from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol

ACCEPTED = "accepted"  # the provider owns the message now
TRANSIENT = "transient"  # a definite no, worth another attempt
PERMANENT = "permanent"  # a definite no for ever
UNKNOWN = "unknown"  # the answer was lost: never submitted again
WITHHELD = "withheld"  # not submitted: the lease was over


class Message(NamedTuple):
    """A message ready for the wire."""

    recipient_id: int
    send_key: str
    sender: str
    address: str
    data: bytes


class Outcome(NamedTuple):
    """What became of a message; ``verb`` is where the provider answered."""

    kind: str
    reply: str = ""
    verb: str = ""
    message_id: str | None = None


class ProviderDown(Exception):
    """The provider cannot be used; says nothing about the message at hand."""


class Adapter(Protocol):
    def connect(self) -> None:
        """Make sure that messages can be submitted; raise :class:`ProviderDown`."""

    def submit(
        self, messages: list[Message], begin: Callable[[Message], bool]
    ) -> Iterator[Outcome]:
        """Submit in order and yield one outcome each.

        ``begin(message)`` is called once, right before the first byte that could
        make the provider deliver; when it is false, nothing more is sent of this
        message. Raises :class:`ProviderDown` before ``begin`` only.
        """

    def close(self) -> None:
        """Leave the provider politely; never raises."""
