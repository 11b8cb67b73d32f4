"""Read SMTP replies and say what they mean; no connection here."""

import re
from typing import NamedTuple

from ..bounces import notice
from .adapter import PERMANENT, TRANSIENT, Outcome

MAX_TEXT = 300
# The server wants another login: nobody's message is to blame.
LOGIN_CODES = frozenset((530, 534, 535, 538))
CLOSING = 421
# Refused at RCPT without an enhanced status: what says that the address is no good, and
# what says that we are.
_DEAD_CODES = frozenset((501, 521, 550, 551, 553, 556))
_POLICY = re.compile(
    r"\b(spam|policy|reputation|blacklist|blocklist|block list|blocked|rbl|dnsbl|spf"
    r"|dkim|dmarc|relay|relaying|greylist\w*|rate|authenticat\w*|spamhaus|banned)\b",
    re.I,
)
_IDENTIFIER = re.compile(
    r"(?:queued as|id[=: ]|message-id[=: ])\s*<?([\w.@-]{3,100})", re.I
)


class BrokenReply(Exception):
    """What the server sent is no SMTP reply."""


class Reply(NamedTuple):
    code: int
    text: str

    def __str__(self):
        return f"{self.code} {self.text}"[:MAX_TEXT]

    @property
    def is_yes(self):
        return 200 <= self.code < 300

    @property
    def is_no(self):
        return 400 <= self.code < 600


def parse_line(line):
    """Return ``(code, is last line, text)`` of one line of a reply."""
    code = line[:3]
    if not (code.isdigit() and line[3:4] in (b" ", b"-", b"\r", b"\n", b"")):
        raise BrokenReply("the answer is no SMTP reply")
    if not 200 <= int(code) < 600:
        raise BrokenReply(f"the answer has the unknown code {int(code)}")
    return int(code), line[3:4] != b"-", line[4:].decode("utf-8", "replace").strip()


def refuse(reply, verb):
    """Return the outcome of a message that ``reply`` refuses at ``verb``."""
    kind = TRANSIENT if reply.code < 500 else PERMANENT
    return Outcome(kind, str(reply), verb, bounce_type=_get_bounce_type(reply, verb))


def _get_bounce_type(reply, verb):
    """Return ``hard`` or ``soft`` when the address itself was refused, else None.

    Judged as a notice about the same refusal would be: 5.1.1 is the address, 5.7.1 the
    receiver's opinion of us.
    """
    if verb != "RCPT":
        return None
    if reply.code < 500:
        return "soft"
    status = notice.STATUS.search(reply.text)
    if status and not status[0].endswith(".0.0"):
        return notice.get_bounce_type(status[0])
    is_dead = reply.code in _DEAD_CODES and not _POLICY.search(reply.text)
    return "hard" if is_dead else "soft"


def get_identifier(text):
    """Return the name that the server gave the message, if it told."""
    found = _IDENTIFIER.search(text)
    return found and found[1].rstrip(".")
