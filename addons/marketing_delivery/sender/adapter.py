"""What a provider's adapter takes and gives back; one module per provider type."""

from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol

from .parts import Parts

ACCEPTED = "accepted"  # the provider owns the message now
TRANSIENT = "transient"  # a definite no, worth another attempt
PERMANENT = "permanent"  # a definite no for ever
UNKNOWN = "unknown"  # the answer was lost: never submitted again
WITHHELD = "withheld"  # not submitted: the lease was over

OBJECTED = "objected"  # a bounce type: the owner told the provider to stop

MIME = "mime"  # the message as bytes
PARTS = "parts"  # its pieces, for a provider that puts messages together itself


class Capabilities(NamedTuple):
    """What a type of provider can do, and wants to be given.

    ``batch`` messages pass the gate by one commit and come to ``submit`` at once: what
    a killed sender may leave in doubt, so at most 10, or 100 where one request takes
    them. ``form`` is ``MIME`` or ``PARTS``. ``has_receipts``: a webhook tells of each
    message that was taken, so silence means that it was not.
    """

    batch: int = 10
    form: str = MIME
    has_receipts: bool = False


class Message(NamedTuple):
    """A message to deliver, in the form that the adapter wants.

    ``data`` of an e-mail is RFC 5322: CRLF, no dot doubled, ended line. ``sender`` is
    the address in From. ``units`` is how often the provider charges its price for it.
    ``tags`` say nothing of a person: a provider may keep them for ever.
    """

    recipient_id: int
    send_key: str
    sender: str
    address: str
    data: bytes = b""
    parts: Parts | None = None
    company_id: int | None = None
    units: int = 1
    tags: tuple[str, ...] = ()


class Outcome(NamedTuple):
    """What became of a message.

    ``reply`` is the provider's answer in one line, without any secret; ``verb`` is one
    word for where it was given (``RCPT``, ``POST``). ``message_id`` is the provider's
    name of the message, up to 100 characters. ``bounce_type`` is ``hard`` or ``soft``
    when the address was refused, ``OBJECTED`` when its owner has asked the provider for
    no more messages, and None when the message was refused. ``wait`` is the time in
    seconds that the provider itself asked for, with ``TRANSIENT`` only: it costs the
    message no attempt.
    """

    kind: str
    reply: str = ""
    verb: str = ""
    message_id: str | None = None
    bounce_type: str | None = None
    wait: float = 0.0


class ProviderDown(Exception):
    """The provider cannot be used; says nothing about the message at hand.

    ``wait`` is how long to leave it alone, in seconds, where the provider said so.
    """

    def __init__(self, text, wait=0.0):
        super().__init__(text)
        self.wait = wait


class Adapter(Protocol):
    """One sender's way to a provider; ``tests/adapter_contract.py`` checks it.

    It holds plain values, never a record or a cursor: no transaction is open while it
    works. No wait for an answer is longer than ``settings.REPLY``, because a sender
    that is silent for ``settings.DOUBT`` has its messages in doubt.
    """

    capabilities: Capabilities

    def connect(self) -> None:
        """Make sure that messages can be submitted; a second call does no harm.

        Raises :class:`ProviderDown`, with one line a person can act on and no secret,
        and leaves nothing open then.
        """

    def submit(
        self, messages: list[Message], begin: Callable[[Message], bool]
    ) -> Iterator[Outcome]:
        """Submit in order and yield one outcome each.

        ``begin(message)`` is called right before the first byte that could make the
        provider deliver; when it is false, nothing more is sent of this message and
        its outcome is ``WITHHELD``. What ``begin`` raises is passed on, with nothing
        delivered. Raises :class:`ProviderDown` only when each message that was begun
        has its outcome: all others wait.

        Of several messages in one request each is begun before the first byte of it,
        and again when the refused request is repeated in smaller ones.
        """

    def close(self) -> None:
        """Leave the provider politely; never raises, connected or not."""
