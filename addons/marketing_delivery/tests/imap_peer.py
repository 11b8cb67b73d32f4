"""An IMAP server for one mailbox: what ``fetchmail.server`` asks for, and no more."""

import contextlib
import re
import socket
import threading


class ImapPeer:
    """``messages`` are bytes in the order of their numbers; ``seen`` holds numbers."""

    def __init__(self, messages=(), user="bounce", password="secret"):
        self.messages = list(messages)
        self.seen = set()
        self.login = (user, password)
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
                connection, _address = self._listener.accept()
                talk = Talk(self, connection)
                threading.Thread(target=talk.run, daemon=True).start()


class Talk:
    """One connection."""

    def __init__(self, peer, connection):
        self._peer = peer
        self._connection = connection
        self._stream = connection.makefile("rb")

    def run(self):
        with contextlib.suppress(OSError), self._connection:
            self._say("* OK peer")
            while line := self._stream.readline():
                tag, verb, *rest = line.decode().split(None, 2)
                serve = getattr(self, f"_serve_{verb.lower()}", None)
                answer = serve(*rest) if serve else "BAD what"
                self._say(f"{tag} {answer or 'OK done'}")

    def _say(self, text):
        self._connection.sendall(f"{text}\r\n".encode())

    def _serve_capability(self):
        self._say("* CAPABILITY IMAP4rev1")

    def _serve_login(self, text):
        given = tuple(word.strip('"') for word in text.split())
        return None if given == self._peer.login else "NO wrong password"

    def _serve_select(self, _name):
        self._say(f"* {len(self._peer.messages)} EXISTS")
        return "OK [READ-WRITE] selected"

    def _serve_search(self, _criteria):
        numbers = range(1, len(self._peer.messages) + 1)
        unseen = [str(number) for number in numbers if number not in self._peer.seen]
        self._say(" ".join(["* SEARCH", *unseen]))

    def _serve_fetch(self, text):
        number = int(text.split()[0])
        data = self._peer.messages[number - 1]
        self._peer.seen.add(number)
        self._say(f"* {number} FETCH (RFC822 {{{len(data)}}}")
        self._connection.sendall(data)
        self._say(")")

    def _serve_store(self, text):
        number, sign = re.match(r"(\d+) ([+-])FLAGS", text).groups()
        change = self._peer.seen.add if sign == "+" else self._peer.seen.discard
        change(int(number))

    def _serve_close(self):
        return None

    def _serve_logout(self):
        self._say("* BYE")
