"""A gateway on this machine: real HTTP, scripted answers, and what it delivered."""

import json
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from unittest.mock import patch
from urllib.parse import parse_qs

DROP = "drop"  # reads the message, delivers it, and hangs up without a word


class Handler(BaseHTTPRequestHandler):
    """Hands each request to the peer, and writes its answer."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_args):
        pass

    def do_HEAD(self):
        self.answer(200, None)

    def do_GET(self):
        self.server.peer.take(self, b"")

    def do_POST(self):
        length = int(self.headers["Content-Length"])
        self.server.peer.take(self, self.rfile.read(length))

    def answer(self, status, values, headers=()):
        body = values if isinstance(values, bytes) else json.dumps(values).encode()
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", "0" if values is None else len(body))
        self.end_headers()
        if values is not None:
            self.wfile.write(body)

    def hang_up(self):
        self.close_connection = True
        self.connection.shutdown(2)


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, peer):
        super().__init__(("127.0.0.1", 0), Handler)
        self.peer = peer
        self.open = []

    def process_request(self, request, client_address):
        self.open.append(request)
        return super().process_request(request, client_address)

    def handle_error(self, request, client_address):
        """A client that goes away is part of the game."""


class Peer:
    """`script` maps a number to what happens to its messages.

    A subclass has `handle(request, path, body)`, where `request.answer(status, values)`
    replies. `delivered` holds (name of the message, number, text), `calls` all paths.
    """

    def __init__(self):
        self.script = {}
        self.delivered = []
        self.calls = []
        self._server = Server(self)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def take(self, request, body):
        self.calls.append(request.path)
        self.handle(request, request.path, body)

    def stop(self):
        """Go away: no new connection, and none that is open goes on."""
        if self._thread:
            self._server.shutdown()
            self._server.server_close()
            for connection in self._server.open:
                with suppress(OSError):
                    connection.shutdown(2)
            self._thread.join()
            self._thread = None

    def handle(self, request, path, body):
        raise NotImplementedError


class IapPeer(Peer):
    """Odoo's service: JSON-RPC. A script is a state, a status, an error, or DROP."""

    def __init__(self):
        super().__init__()
        self.credits = 10.0

    def handle(self, request, path, body):
        params = json.loads(body)["params"]
        if path == "/iap/1/balance":
            return request.answer(200, {"jsonrpc": "2.0", "result": self.credits})
        results = []
        for message in params["messages"]:
            for number in message["numbers"]:
                action = self.script.get(number["number"], "success")
                if isinstance(action, int):
                    return request.answer(action, {"oops": True})
                if action in ("success", "processing", DROP):
                    item = number["uuid"], number["number"], message["content"]
                    self.delivered.append(item)
                if action == DROP:
                    return request.hang_up()
                if action.endswith("Error"):
                    error = {"data": {"name": f"iap.{action}", "message": "no"}}
                    return request.answer(200, {"jsonrpc": "2.0", "error": error})
                results.append({"uuid": number["uuid"], "state": action})
        return request.answer(200, {"jsonrpc": "2.0", "result": results})


def read_form(body):
    return {name: values[0] for name, values in parse_qs(body.decode()).items()}


def reaching_iap():
    """Let Odoo's client call out: it refuses to, in any test."""
    module = SimpleNamespace(module=SimpleNamespace(current_test=False))
    return patch("odoo.addons.iap.tools.iap_tools.modules", module)
