"""One SMTP connection: greeting, TLS and login by smtplib, then lean exchanges."""

import contextlib
import smtplib
import socket
import ssl
import time
from typing import NamedTuple

from . import settings
from .adapter import ProviderDown
from .replies import BrokenReply, Reply, parse_line

MAX_REPLY = 8192  # bytes


class Server(NamedTuple):
    """Where and how to connect; plain values of an ``ir.mail_server``."""

    host: str
    port: int
    encryption: str = "none"
    user: str | None = None
    password: str | None = None


class SmtpSession:
    """An authenticated connection; not shared between threads."""

    def __init__(self, server):
        try:
            self._smtp = _open(server)
        except smtplib.SMTPAuthenticationError as error:
            raise ProviderDown(f"wrong user or password: {_tell(error)}") from error
        except (OSError, smtplib.SMTPException, ValueError) as error:
            raise ProviderDown(f"cannot connect: {_tell(error)}") from error
        self._socket = self._smtp.sock
        # else the end of a message waits until the server has confirmed its beginning
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = b""
        self.can_pipeline = self._smtp.has_extn("pipelining")

    def write(self, data, seconds):
        self._socket.settimeout(seconds)
        self._socket.sendall(data)

    def read(self, seconds):
        """Return the next reply; the whole of it has to arrive within ``seconds``."""
        deadline = time.monotonic() + seconds
        texts, size = [], 0
        while True:
            line = self._read_line(deadline)
            size += len(line)
            if size > MAX_REPLY:
                raise BrokenReply("the answer is too long")
            code, is_last, text = parse_line(line)
            texts.append(text)
            if is_last:
                return Reply(code, " ".join(texts))

    def _read_line(self, deadline):
        while (end := self._buffer.find(b"\n")) < 0:
            if len(self._buffer) > MAX_REPLY:
                raise BrokenReply("the answer is too long")
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                raise TimeoutError("the mail server did not answer in time")
            self._socket.settimeout(remaining)
            data = self._socket.recv(4096)
            if not data:
                raise ConnectionError("the mail server closed the connection")
            self._buffer += data
        line, self._buffer = self._buffer[: end + 1], self._buffer[end + 1 :]
        return line

    def close(self, *, politely):
        with contextlib.suppress(OSError):
            if politely:
                self.write(b"QUIT\r\n", 1)
        self._smtp.close()


def _open(server):
    smtp = _greet(server)
    try:
        smtp.ehlo_or_helo_if_needed()
        if server.encryption.startswith("starttls"):
            smtp.starttls(context=_get_context(server))
            smtp.ehlo()
        if server.user:
            smtp.login(server.user, server.password or "")
    except BaseException:
        smtp.close()
        raise
    return smtp


def _greet(server):
    place = (server.host, server.port, socket.gethostname())
    if server.encryption.startswith("ssl"):
        context = _get_context(server)
        return smtplib.SMTP_SSL(*place, timeout=settings.CONNECT, context=context)
    return smtplib.SMTP(*place, timeout=settings.CONNECT)


def _get_context(server):
    context = ssl.create_default_context()
    if not server.encryption.endswith("_strict"):
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _tell(error):
    """Return one line a person can act on."""
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error
        if isinstance(text, bytes):
            text = text.decode("utf-8", "replace")
        return f"{error.smtp_code} {text}"[:300]
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return "the mail server closed the connection"
    if isinstance(error, TimeoutError):
        return "the mail server does not answer"
    text = getattr(error, "strerror", None) or str(error)
    return " ".join(text.split())[:300] or type(error).__name__
