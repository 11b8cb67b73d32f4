"""One kept HTTPS connection to a provider's interface, without any kindness.

No retry, no redirect, no proxy and no reconnection in the middle: ``requests`` and the
providers' own libraries repeat or follow what must happen once. Of each request it is
known whether its first byte may have left.
"""

import contextlib
import http.client
import io
import select
import ssl
import time
from functools import partial
from typing import NamedTuple
from urllib.parse import urlsplit

from . import settings

MAX_REPLY = 256 * 1024  # bytes
MAX_IDLE = 15.0  # seconds; what was silent for longer may be dead without saying so


class NoLink(Exception):
    """There is no connection, and nothing was sent."""


class Lost(Exception):
    """The request may have arrived, and what became of it is not known."""


class Reply(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    body: bytes


class HttpLink:
    """A connection to the host of ``url``; not shared between threads."""

    def __init__(self, url):
        parts = urlsplit(url)
        self._host, self._port = parts.hostname, parts.port
        self._is_secure = parts.scheme != "http"
        self._connection = None
        self._used_at = 0.0  # when the last answer was read

    def open(self):
        """Make sure of a live connection; raise :class:`NoLink`.

        One that the host has closed, or that was idle for long, is replaced: that is
        only known to be harmless before a request.
        """
        if self._connection and self._is_stale():
            self.close()
        if not self._connection:
            self._connection = self._connect()
            self._used_at = 0.0

    def _is_stale(self):
        if not self._used_at:
            return False
        if time.monotonic() - self._used_at > MAX_IDLE:
            return True
        # a host that has nothing to say, but says something, has closed it
        return bool(select.select([self._connection.sock], [], [], 0)[0])

    def _connect(self):
        place = {"host": self._host, "port": self._port}
        place["timeout"] = settings.HTTP_CONNECT
        if self._is_secure:
            context = ssl.create_default_context()
            connection = http.client.HTTPSConnection(**place, context=context)
        else:
            connection = http.client.HTTPConnection(**place)
        try:
            connection.connect()
        except (OSError, http.client.HTTPException, ValueError) as error:
            connection.close()
            raise NoLink(_tell(error)) from error
        connection.auto_open = 0  # never again by itself
        return connection

    def request(self, method, path, headers, body=None):
        """Return the :class:`Reply` to one request on the open connection.

        Raises :class:`Lost` for anything but a whole answer in time.
        """
        connection = self._connection
        deadline = time.monotonic() + settings.HTTP_REPLY
        connection.response_class = partial(_read_in_time, deadline)
        try:
            connection.sock.settimeout(settings.HTTP_REPLY)
            connection.request(method, path, body=body, headers=headers)
            response = connection.getresponse()
            reply = Reply(response.status, response.headers, _read_body(response))
        except (OSError, http.client.HTTPException, ValueError) as error:
            self.close()
            raise Lost(_tell(error)) from error
        if response.will_close:
            self.close()
        self._used_at = time.monotonic()
        return reply

    def close(self):
        connection, self._connection = self._connection, None
        if connection:
            with contextlib.suppress(OSError):
                connection.close()


def _read_body(response):
    """Return all of it, or raise when a part is missing or it is far too long."""
    pieces, size = [], 0
    while piece := response.read(65536):
        pieces.append(piece)
        size += len(piece)
        if size > MAX_REPLY:
            raise http.client.HTTPException("the answer is too long")
    if response.length:
        raise http.client.HTTPException("a part of the answer is missing")
    return b"".join(pieces)


def _read_in_time(deadline, sock, *args, **kwargs):
    return http.client.HTTPResponse(_TimedSocket(sock, deadline), *args, **kwargs)


class _TimedSocket:
    """What :class:`http.client.HTTPResponse` needs of a socket."""

    def __init__(self, sock, deadline):
        self._sock = sock
        self._deadline = deadline

    def makefile(self, _mode):
        return _WholeLines(_TimedFile(self._sock, self._deadline))


class _WholeLines(io.BufferedReader):
    """The head of an answer; ``http.client`` takes one that was cut for a whole one."""

    def readline(self, size=-1):
        line = super().readline(size)
        if not line.endswith(b"\n") and len(line) != size:
            raise http.client.RemoteDisconnected("the answer was cut")
        return line


class _TimedFile(io.RawIOBase):
    """A socket to read from until a deadline, however slowly the bytes come."""

    def __init__(self, sock, deadline):
        super().__init__()
        self._sock = sock
        self._deadline = deadline
        self._file = sock.makefile("rb", buffering=0)  # keeps a closed socket open

    def readable(self):
        return True

    def readinto(self, buffer):
        remaining = self._deadline - time.monotonic()
        if remaining <= 0:
            raise TimeoutError("timed out")
        self._sock.settimeout(remaining)
        return self._file.readinto(buffer)

    def close(self):
        self._file.close()
        return super().close()


def _tell(error):
    """Return one line a person can act on, without anything that was sent."""
    if isinstance(error, TimeoutError):
        return "it does not answer in time"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not valid: {error.verify_message}"[:300]
    if isinstance(error, http.client.RemoteDisconnected | http.client.IncompleteRead):
        return "it closed the connection without an answer"
    if isinstance(error, http.client.BadStatusLine):
        return "what it answers is not HTTP"
    text = getattr(error, "strerror", None) or str(error)
    return " ".join(text.split())[:200] or type(error).__name__
