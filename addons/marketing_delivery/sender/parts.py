"""A message as pieces, for providers whose interface puts them together itself."""

import re
from typing import NamedTuple

from .content import Content
from .mime import MAX_SUBJECT, HeaderProblem, check_header

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_MAX_NAME = 100


class Parts(NamedTuple):
    """``tags`` say nothing of a person: a provider may keep them for ever.

    ``headers`` are those besides sender, recipient and subject, as ASCII.
    """

    content: Content
    from_name: str
    to_name: str
    reply_to: str | None
    headers: tuple[tuple[str, str], ...]
    tags: tuple[str, ...]


class PartsBuilder:
    """The fixed pieces of a campaign's messages.

    :param headers: ``(name, value)`` pairs, equal in all messages
    :param domain: right side of the Message-ID
    """

    def __init__(self, *, from_name, reply_to, headers, tags, domain):
        self._from_name = clean_name(from_name)
        self._reply_to = reply_to
        self._headers = tuple((name, _unfold(value)) for name, value in headers)
        self._tags = tuple(tags)
        self._domain = domain
        self._checked = None

    def build(self, content, *, send_key, name, one_click=None):
        """Return :class:`Parts`; raise as :meth:`MessageBuilder.build` does."""
        self._check(content)
        headers = [
            ("Message-ID", f"<{send_key}@{self._domain}>"),
            ("X-SK", send_key),
            *self._headers,
        ]
        if one_click:
            headers += [
                ("List-Unsubscribe", f"<{one_click}>"),
                ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
            ]
        return Parts(
            content._replace(subject=_check_subject(content.subject)),
            self._from_name,
            clean_name(name),
            self._reply_to,
            tuple((key, check_header(value)) for key, value in headers),
            self._tags,
        )

    def _check(self, content):
        """Refuse text that is none; a skeleton that was checked is so for all."""
        if content.skeleton is None or content.skeleton is not self._checked:
            _check_text(content.html)
            _check_text(content.text)
            self._checked = content.skeleton
        else:
            for value in content.values:
                _check_text(value)


def clean_name(name):
    """Return a display name in one line, as it stands in a message's header."""
    return " ".join(_CONTROL.sub(" ", name or "").split())[:_MAX_NAME]


def _check_text(text):
    if "\0" in text:
        raise ValueError("NUL in the content")
    text.encode()


def _check_subject(subject):
    subject = check_header(subject.strip(" "))
    if not 0 < len(subject) <= MAX_SUBJECT:
        raise HeaderProblem("a subject has 1 to 500 characters")
    subject.encode()
    return subject


def _unfold(value):
    return value.replace("\r\n ", " ")
