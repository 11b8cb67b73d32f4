"""A session of Odoo's web client: the demo presses the buttons a marketer presses."""

import http.cookiejar
import json
import urllib.request


class WebError(Exception):
    """What the web client would show in its error dialog."""


class WebSession:
    """Logs in and calls public methods, as the browser does."""

    def __init__(self, base: str, database: str, login: str, password: str):
        self.base = base
        jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(jar)
        )
        self._post(
            "/web/session/authenticate",
            {"db": database, "login": login, "password": password},
        )

    def call(self, model: str, method: str, *args, **kwargs):
        """Call a public method of ``model``."""
        return self._post(
            f"/web/dataset/call_kw/{model}/{method}",
            {"model": model, "method": method, "args": args, "kwargs": kwargs},
        )

    def read(self, model: str, record_id: int, fields: list[str]) -> dict:
        return self.call(model, "read", [record_id], fields)[0]

    def _post(self, path: str, params: dict):
        body = json.dumps({"jsonrpc": "2.0", "method": "call", "params": params})
        request = urllib.request.Request(
            self.base + path, body.encode(), {"Content-Type": "application/json"}
        )
        with self.opener.open(request, timeout=120) as answer:
            reply = json.load(answer)
        if "error" in reply:
            data = reply["error"].get("data", {})
            raise WebError(data.get("message") or reply["error"].get("message"))
        return reply.get("result")
