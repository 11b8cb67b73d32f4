"""boto3's clients over our own connection.

boto3 knows the requests, signs and reads them. The bytes go over ``HttpLink``: one
attempt, no redirect, no proxy, and of each request it is known whether its first byte
may have left. boto3 offers that place by its event ``before-send``.

Importing this module costs 0.2 seconds and 30 MB, so whoever does not send leaves it
alone.
"""

import logging
from typing import NamedTuple
from urllib.parse import urlsplit

from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from odoo.addons.marketing_delivery.sender import settings
from odoo.addons.marketing_delivery.sender.http_link import HttpLink, NoLink, Reply

from . import login

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


class NotBegun(Exception):
    """The request was not allowed to begin, or its keys were gone just then."""


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
        self._service, self._account, self._url = service, account, url
        self._client = None
        self._begin = None
        self._reply = None

    def open(self):
        """Make sure of keys and a live connection; raise :class:`http_link.NoLink`."""
        try:
            login.renew(self._account)
            self._client = self._client or self._make_client()
        except login.LoginProblem as problem:
            raise NoLink(f"no keys: {problem}") from problem
        self._link.open()

    def _make_client(self):
        client = login.make_client(self._service, self._account, self._url, _CONFIG)
        client.meta.events.register(f"before-send.{self._service}", self._carry)
        return client

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
            if not self._reply:  # of whoever gives out temporary keys
                raise NotBegun from error
            values = error.response
        except BotoCoreError as error:
            if not self._reply:
                raise self._explain(error) from error
            values = {}  # an answer that cannot be read
        error = values.get("Error") or {}
        return Answer(
            self._reply.status,
            self._reply.headers,
            str(error.get("Code") or ""),
            str(error.get("Message") or ""),
            values,
        )

    def _explain(self, error):
        """What kept boto3 from writing a request: its values, or temporary keys."""
        is_ours = isinstance(error, ParamValidationError)
        if login.is_temporary(self._account) and not is_ours:
            return NotBegun()
        return NotWritten(type(error).__name__)

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
