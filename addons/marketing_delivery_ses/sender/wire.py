"""boto3's clients over our own connection.

boto3 knows the requests, signs and reads them. The bytes go over ``HttpLink``: one
attempt, no redirect, no proxy, and of each request it is known whether its first byte
may have left. boto3 offers that place by its event ``before-send``.

Nothing comes from the machine: no environment, no file, no metadata service. Importing
this module costs 0.2 seconds and 30 MB, so whoever does not send leaves it alone.
"""

import logging
import os
import threading
from typing import NamedTuple
from urllib.parse import urlsplit

import boto3.session
import botocore.session
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from odoo.addons.marketing_delivery.sender import settings
from odoo.addons.marketing_delivery.sender.http_link import HttpLink, Reply

# on its level DEBUG it writes whole requests, addresses included
logging.getLogger("botocore").setLevel(logging.INFO)

_CONFIG = Config(
    retries={"total_max_attempts": 1, "mode": "standard"},
    connect_timeout=settings.HTTP_CONNECT,
    read_timeout=settings.HTTP_REPLY,
    defaults_mode="legacy",
    ignore_configured_endpoint_urls=True,
    use_dualstack_endpoint=False,
    use_fips_endpoint=False,
)
_NO_FILES = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}
_LOCK = threading.Lock()
_SESSIONS = []  # one a process: it holds the models it has read, and no key


class NotBegun(Exception):
    """The request was not allowed to begin."""


class NotWritten(Exception):
    """There is no request with these values."""


class Answer(NamedTuple):
    """``code`` and ``text`` are those of an error; ``values`` what was answered."""

    status: int
    headers: object
    code: str
    text: str
    values: dict


class Wire:
    """One connection to one service of AWS; not shared between threads."""

    def __init__(self, service, account, url):
        self._link = HttpLink(url)
        self._client = _make_client(service, account, url)
        self._client.meta.events.register(f"before-send.{service}", self._carry)
        self._begin = None
        self._reply = None

    def open(self):
        """Make sure of a live connection; raise :class:`http_link.NoLink`."""
        self._link.open()

    def close(self):
        self._link.close()

    def call(self, operation, begin=None, **values):
        """Return the :class:`Answer` to one request on the open connection.

        ``begin`` is called right before its first byte; :class:`NotBegun` when it is
        false. Raises :class:`NotWritten` with nothing sent, and
        :class:`http_link.Lost` when the answer is missing.
        """
        self._begin, self._reply = begin, None
        try:
            values = getattr(self._client, operation)(**values)
        except ClientError as error:
            values = error.response
        except BotoCoreError as error:
            if not self._reply:
                raise NotWritten(type(error).__name__) from error
            values = {}  # an answer that cannot be read
        error = values.get("Error") or {}
        return Answer(
            self._reply.status,
            self._reply.headers,
            str(error.get("Code") or ""),
            str(error.get("Message") or ""),
            values,
        )

    def _carry(self, request, **_event):
        """Bring a signed request to its host, and give boto3 the answer."""
        if self._begin and not self._begin():
            raise NotBegun
        parts = urlsplit(request.url)
        path = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
        headers = dict(request.headers.items())
        self._reply = self._link.request(request.method, path, headers, request.body)
        return AWSResponse(
            request.url,
            self._reply.status,
            dict(self._reply.headers.items()),
            _Body(self._reply),
        )


class _Body:
    """What boto3 wants of a body."""

    def __init__(self, reply: Reply):
        self._data = reply.body

    def stream(self, *_args, **_kwargs):
        yield self._data


def _make_client(service, account, url):
    with _LOCK:  # making clients is not safe in threads, using them is
        if not _SESSIONS:
            core = botocore.session.Session(session_vars=_NO_FILES)
            _SESSIONS.append(boto3.session.Session(botocore_session=core))
        return _SESSIONS[0].client(
            service,
            region_name=account.region,
            endpoint_url=url,
            aws_access_key_id=account.key,
            aws_secret_access_key=account.secret,
            config=_CONFIG,
        )
