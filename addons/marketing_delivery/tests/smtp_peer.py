"""An SMTP server on a raw socket that breaks the protocol on demand.

What it does is read from the local part of the recipient: ``rcpt-550.3@x.example``
answers 550 to RCPT. ``greeting`` and ``login`` change what happens before.
``tests/faults`` uses it too, without Odoo.
"""

import contextlib
import socket
import threading
import time
from collections import Counter


class Peer:
    def __init__(self):
        self.greeting = "220 peer"
        self.login = "235 2.7.0 welcome"
        self.hello = "250"
        self.accepted = Counter()
        self.messages = []  # (send key, content without the dots of the wire)
        self.senders = []  # of each MAIL command
        self.noop = "250 still here"
        self.most = 1000  # connections at the same time; more are refused
        self.connections = self.noops = self.quits = self.refused = 0
        self._open = []
        self._lock = threading.Lock()
        self._seated = 0
        self.pipelines = True
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def stop(self):
        # closing alone would not wake the thread that accepts
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.drop_all()

    def drop_all(self):
        """Close what is open, as a server does with connections that idle."""
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    @contextlib.contextmanager
    def seat(self):
        """Yield whether there is room for one more connection."""
        with self._lock:
            has_room = self._seated < self.most
            self._seated += has_room
            self.refused += not has_room
        try:
            yield has_room
        finally:
            with self._lock:
                self._seated -= has_room

    def _listen(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _address = self._listener.accept()
                self.connections += 1
                self._open.append(connection)
                talk = Talk(self, connection)
                threading.Thread(target=talk.run, daemon=True).start()


class Talk:
    """One connection."""

    def __init__(self, peer, connection):
        self._peer = peer
        self._connection = connection
        self._stream = connection.makefile("rb")
        self._verb, self._code = "", ""

    def run(self):
        with contextlib.suppress(OSError), self._connection, self._peer.seat() as seat:
            if not seat:
                return self._say("421 too many connections")
            self._say(self._peer.greeting)
            while line := self._stream.readline():
                self._serve(line.decode().strip())

    def _say(self, text):
        self._connection.sendall(f"{text}\r\n".encode())

    def _serve(self, line):
        verb = line.split(":")[0].split(" ")[0].upper()
        getattr(self, f"_serve_{verb.lower()}", self._unknown)(line)

    def _unknown(self, _line):
        self._say("500 what")

    def _serve_ehlo(self, _line):
        if self._peer.hello != "250":
            return self._say(self._peer.hello)
        extensions = ["AUTH PLAIN LOGIN"]
        if self._peer.pipelines:
            extensions.append("PIPELINING")
        lines = ["peer", *extensions]
        return self._say(
            "\r\n".join([*(f"250-{x}" for x in lines[:-1]), f"250 {lines[-1]}"])
        )

    _serve_helo = _serve_ehlo

    def _serve_auth(self, _line):
        self._say(self._peer.login)

    def _serve_starttls(self, _line):
        self._say("454 no TLS today")

    def _serve_rset(self, _line):
        self._say("250 forgotten")

    def _serve_noop(self, _line):
        self._peer.noops += 1
        self._say(self._peer.noop)

    def _serve_quit(self, _line):
        self._peer.quits += 1
        self._say("221 bye")
        self._connection.close()

    def _serve_mail(self, line):
        self._peer.senders.append(line.partition("<")[2].partition(">")[0])
        # the recipient, and with it the fault, is known only at RCPT
        self._held = "250 sender ok"
        if not self._peer.pipelines:
            self._say(self._held)
            self._held = None

    def _serve_rcpt(self, line):
        local = line.partition("<")[2].partition("@")[0]
        self._verb, _dash, rest = local.partition("-")
        self._code = rest.partition(".")[0]
        if self._held:
            self._answer("mail", self._held)
        if self._verb == "mail" and self._peer.pipelines:
            return self._say("503 sender first")
        return self._answer("rcpt", "250 recipient ok")

    def _serve_data(self, _line):
        if (
            self._verb in ("mail", "rcpt")
            and self._code.isdigit()
            and self._code != "354"
        ):
            return self._say("503 recipient first")
        if self._answer("data", "354 go on") != "354":
            return None
        return self._serve_content()

    def _answer(self, verb, usual):
        """Answer as usual, or with the fault of this verb; return the code."""
        if self._verb != verb:
            self._say(usual)
            return usual[:3]
        if self._code == "drop":
            self._connection.shutdown(socket.SHUT_RDWR)
            raise OSError("dropped")
        self._say(f"{self._code} fault at {verb}")
        if self._code == "421":
            self._connection.shutdown(socket.SHUT_RDWR)
            raise OSError("closed")
        return self._code

    def _serve_content(self):
        key, lines = "", []
        while (line := self._stream.readline()) != b".\r\n":
            if not line:
                raise OSError("no final dot: forgotten")
            if line.startswith(b"X-SK: "):
                key = line[6:].decode().strip()
            if self._verb == "body":
                self._connection.shutdown(socket.SHUT_RDWR)
                raise OSError("dropped")
            lines.append(line.removeprefix(b"."))
        self._peer.accepted[key] += 1
        self._peer.messages.append((key, b"".join(lines)))
        fault = self._code if self._verb == "content" else "ok"
        getattr(self, f"_end_{fault}", self._end_code)()

    def _end_code(self):
        self._say(f"{self._code} fault at the end")

    def _end_ok(self):
        self._say("250 2.0.0 Ok: queued as A1B2C3")

    def _end_drop(self):
        self._connection.shutdown(socket.SHUT_RDWR)

    def _end_hang(self):
        time.sleep(4)

    def _end_late(self):
        time.sleep(1)
        self._end_ok()

    def _end_lines(self):
        self._say("250-first\r\n250-second\r\n250 third")

    def _end_bytes(self):
        for character in "250 slowly\r\n":
            self._connection.sendall(character.encode())
            time.sleep(0.02)

    def _end_trickle(self):
        with contextlib.suppress(OSError):
            for _second in range(40):
                self._connection.sendall(b"2")
                time.sleep(0.2)

    def _end_barelf(self):
        self._connection.sendall(b"250-first\n250 second\n")

    def _end_broken(self):
        self._say("250-first\r\nnothing like a reply")

    def _end_garbage(self):
        self._say("\x00\xff hello")

    def _end_long(self):
        self._say("250 " + "x" * 20000)
