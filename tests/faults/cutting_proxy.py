"""A proxy before PostgreSQL that takes a COMMIT there and cuts its answer off."""

import contextlib
import random
import socket
import threading

COMMIT = b"Q\x00\x00\x00\x0bCOMMIT\x00"
BEGUN, REACHED = "before it arrives", "after it has taken effect"


class CuttingProxy:
    """Cuts one COMMIT of ``every``, at random in each of the two ways."""

    def __init__(self, target_port, seed=6):
        self._target_port = target_port
        self._clock = random.Random(seed)
        self.every = 0  # 0: passes everything on
        self.cuts = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def stop(self):
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _listen(self):
        with contextlib.suppress(OSError):
            while True:
                client, _address = self._listener.accept()
                with contextlib.suppress(OSError):
                    server = socket.create_connection(("127.0.0.1", self._target_port))
                    _Link(self, client, server).start()

    def draw(self):
        """Return how to cut this COMMIT, or None."""
        if not self.every or self._clock.random() * self.every >= 1:
            return None
        self.cuts += 1
        return self._clock.choice((BEGUN, REACHED))


class _Link:
    """One connection in both directions."""

    def __init__(self, proxy, client, server):
        self._proxy = proxy
        self._client, self._server = client, server
        self._is_cut = False

    def start(self):
        for function in (self._forth, self._back):
            threading.Thread(target=function, daemon=True).start()

    def _forth(self):
        with contextlib.suppress(OSError):
            while data := self._client.recv(65536):
                way = self._proxy.draw() if data == COMMIT else None
                self._is_cut = way == REACHED
                if way == BEGUN:
                    break
                self._server.sendall(data)
        if not self._is_cut:
            self._close()

    def _back(self):
        with contextlib.suppress(OSError):
            while data := self._server.recv(65536):
                if self._is_cut:
                    break
                self._client.sendall(data)
        self._close()

    def _close(self):
        for end in (self._client, self._server):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
                end.close()
