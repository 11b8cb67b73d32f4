"""What gives out temporary keys, on this machine: the metadata service of an instance
(version 2, with its token) and STS's AssumeRole, as they are documented.
"""

import json
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

ROLE = "instance-role"
TAKEN_ON = "arn:aws:iam::123456789012:role/marketing"
_ASSUMED = """<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
<AssumeRoleResult><Credentials><AccessKeyId>{key}</AccessKeyId>
<SecretAccessKey>{secret}</SecretAccessKey><SessionToken>{token}</SessionToken>
<Expiration>{until}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"""
_DENIED = """<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code>
<Message>not authorized to perform: sts:AssumeRole</Message></Error></ErrorResponse>"""


class AwsPeer:
    """``instance`` and ``assumed`` are (key, secret) of each; ``asked`` what came."""

    def __init__(self, instance, assumed):
        self.instance, self.assumed = instance, assumed
        self.lasts = timedelta(hours=6)
        self.asked = []
        self.is_denied = False
        peer = self

        class Handler(_Handler):
            server_peer = peer

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()

    def get_until(self):
        return f"{datetime.now(UTC) + self.lasts:%Y-%m-%dT%H:%M:%SZ}"


class _Handler(BaseHTTPRequestHandler):
    def log_message(self, *_args):
        pass

    def _answer(self, text, status=200):
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_PUT(self):
        self.server_peer.asked.append("token")
        self._answer("metadata-token")

    def do_GET(self):
        peer = self.server_peer
        if self.headers.get("X-aws-ec2-metadata-token") != "metadata-token":
            return self._answer("", 401)
        if not self.path.endswith(ROLE):
            return self._answer(ROLE)
        peer.asked.append("role")
        key, secret = peer.instance
        told = {"Code": "Success", "Type": "AWS-HMAC", "AccessKeyId": key}
        told |= {"SecretAccessKey": secret, "Token": f"token-of-{key}"}
        told |= {"LastUpdated": "2026-01-01T00:00:00Z", "Expiration": peer.get_until()}
        return self._answer(json.dumps(told))

    def do_POST(self):
        peer = self.server_peer
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        asked = {name: values[0] for name, values in parse_qs(body).items()}
        key = self.headers["Authorization"].partition("Credential=")[2]
        scope = key.split(",")[0].split("/")
        peer.asked.append((asked["Action"], asked["RoleArn"], scope[0], scope[2]))
        if peer.is_denied:
            return self._answer(_DENIED, 403)
        key, secret = peer.assumed
        return self._answer(
            _ASSUMED.format(
                key=key, secret=secret, token=f"token-of-{key}", until=peer.get_until()
            )
        )
