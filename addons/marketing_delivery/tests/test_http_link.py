import contextlib
import os
import socket
import threading
from unittest.mock import patch

from odoo.tests import BaseCase, tagged

from ..sender.http_link import MAX_REPLY, HttpLink, Lost, NoLink

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Server:
    """Gives each request the next of its answers; None ends the connection."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.requests = []
        self.connections = 0
        self.ended = threading.Event()  # a connection was closed
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._listen, daemon=True).start()

    def stop(self):
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _listen(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _address = self._listener.accept()
                self.connections += 1
                with connection, connection.makefile("rb") as stream:
                    self._serve(connection, stream)
                self.ended.set()

    def _serve(self, connection, stream):
        while line := stream.readline():
            while stream.readline().strip():
                pass
            self.requests.append(line.split()[1].decode())
            answer = self.answers.pop(0)
            connection.sendall(answer)
            if answer != OK:
                return


@tagged("post_install", "-at_install")
class TestHttpLink(BaseCase):
    def _link(self, *answers):
        self.server = Server(*answers)
        self.addCleanup(self.server.stop)
        link = HttpLink(self.server.url)
        self.addCleanup(link.close)
        return link

    def _ask(self, link, path="/"):
        link.open()
        return link.request("GET", path, {})

    def test_one_connection(self):
        link = self._link(OK, OK, OK)
        for path in ("/a", "/b", "/c"):
            self.assertEqual(self._ask(link, path).body, b"ok")
        self.assertEqual(self.server.connections, 1)
        self.assertEqual(self.server.requests, ["/a", "/b", "/c"])

    def test_half_an_answer_is_none(self):
        whole = b"HTTP/1.1 202 x\r\nX-Message-Id: abc\r\nContent-Length: 3\r\n\r\nyes"
        for end in range(1, len(whole)):
            link = self._link(whole[:end])
            with self.assertRaises(Lost, msg=whole[:end]):
                self._ask(link)
        self.assertEqual(self._ask(self._link(whole)).status, 202)

    def test_what_is_no_answer(self):
        for answer in (
            b"\x00\xff\r\n\r\n",
            b"SMTP ready\r\n\r\n",
            b"HTTP/1.1 abc\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
            b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (MAX_REPLY + 9)
            + b"x" * (MAX_REPLY + 9),
            b"HTTP/1.1 200 " + b"x" * 99_999,
            b"",
        ):
            link = self._link(answer)
            with self.assertRaises(Lost, msg=answer[:40]) as caught:
                self._ask(link)
            self.assertEqual(len(str(caught.exception).splitlines()), 1)

    def test_nothing_is_repeated_or_followed(self):
        away = b"HTTP/1.1 307 x\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n"
        link = self._link(away, OK)
        self.assertEqual(self._ask(link, "/a").status, 307)
        self.assertEqual(self.server.requests, ["/a"])
        lost = self._link(b"", OK)
        with self.assertRaises(Lost):
            self._ask(lost, "/a")
        self.assertEqual(self.server.requests, ["/a"])

    def test_a_dead_connection_is_replaced_before_it_is_used(self):
        closing = OK.replace(b"OK", b"Ok")  # the server ends the connection after it
        link = self._link(closing, OK)
        self.assertEqual(self._ask(link, "/a").body, b"ok")
        self.assertTrue(self.server.ended.wait(30))
        self.assertEqual(self._ask(link, "/b").body, b"ok")
        self.assertEqual(self.server.connections, 2)
        self.assertEqual(self.server.requests, ["/a", "/b"])

    def test_one_that_was_silent_for_long_is_replaced(self):
        link = self._link(OK, OK)
        self._ask(link)
        with patch("odoo.addons.marketing_delivery.sender.http_link.MAX_IDLE", -1):
            link.open()
        self.assertFalse(link._used_at)

    def test_no_link(self):
        link = self._link()
        self.server.stop()
        with self.assertRaises(NoLink) as caught:
            link.open()
        self.assertIn("refused", str(caught.exception))
        with self.assertRaises(NoLink):
            HttpLink("https://nowhere.invalid").open()

    def test_the_environment_s_proxy_is_not_asked(self):
        """It would see the key in clear, and repeat what it likes."""
        link = self._link(OK)
        proxies = dict.fromkeys(("http_proxy", "HTTPS_PROXY"), "http://127.0.0.1:1")
        with patch.dict(os.environ, proxies):
            self.assertEqual(self._ask(link).status, 200)
