"""HTTPS to an address that was checked, over connections that are kept.

The name is resolved once, and the very address that was looked at is connected to: a
second answer of the name server cannot lead elsewhere. No redirects, no proxies.
"""

import http.client
import select
import socket
import ssl
import time

from .endpoint import resolve_public

CONNECT = 10  # seconds
ANSWER = 30
MAX_IDLE = 10  # seconds; push services close what idles, and tell nobody
MAX_ANSWER = 64 * 1024


class Network:
    """How to get from a name to a connection; tests have another one."""

    def __init__(self, resolve=resolve_public, context=None):
        self.resolve = resolve
        self.context = context or ssl.create_default_context()


class PinnedConnection(http.client.HTTPSConnection):
    def __init__(self, host, port, network):
        super().__init__(host, port, timeout=ANSWER, context=network.context)
        self._network = network

    def connect(self):
        error = None
        for address in self._network.resolve(self.host, self.port):
            try:
                raw = socket.create_connection((address, self.port), CONNECT)
            except OSError as problem:
                error = problem
                continue
            self.sock = self._network.context.wrap_socket(
                raw, server_hostname=self.host
            )
            self.sock.settimeout(ANSWER)
            return
        raise error or OSError(f"{self.host} has no address")


class Pool:
    """One kept connection a push service."""

    def __init__(self, network):
        self._network = network
        self._open = {}  # origin -> (connection, when it was last used)

    def open(self, origin):
        """Return a connection that is open now; raise OSError when there is none."""
        kept, used = self._open.pop(origin, (None, 0))
        if kept:
            if time.monotonic() - used < MAX_IDLE and not _is_stale(kept.sock):
                self._open[origin] = kept, used
                return kept
            kept.close()
        connection = PinnedConnection(*origin, self._network)
        try:
            connection.connect()
        except BaseException:
            connection.close()
            raise
        self._open[origin] = connection, time.monotonic()
        return connection

    def touch(self, origin):
        self._open[origin] = self._open[origin][0], time.monotonic()

    def drop(self, origin):
        kept, _used = self._open.pop(origin, (None, 0))
        if kept:
            kept.close()

    def close(self):
        for origin in list(self._open):
            self.drop(origin)


def _is_stale(sock):
    """A connection on which nothing was asked, and something can be read, is over."""
    if sock is None:
        return True
    readable, _writable, broken = select.select([sock], [], [sock], 0)
    return bool(readable or broken)
