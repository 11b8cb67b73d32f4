"""Whose requests these are: keys that were entered, or the role of this machine.

Entered keys and nothing else is the rule. Who chose the machine's role gets what boto3
finds by itself: the environment, the role of a container or of an instance. Either may
take on a role of another account. Temporary keys are fetched and renewed before a
request is written, never in the middle of one.
"""

import os
import threading

import boto3.session
import botocore.session
from botocore.config import Config
from botocore.credentials import (
    AssumeRoleCredentialFetcher,
    Credentials,
    DeferredRefreshableCredentials,
)
from botocore.exceptions import BotoCoreError, ClientError

from odoo.addons.marketing_base.scrub import scrub_text
from odoo.addons.marketing_delivery.sender import settings

from . import partition

SESSION_NAME = "measured-marketing"  # what AWS's own log calls us
MOST_KNOWN = 20  # accounts with temporary keys
_NO_FILES = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}
_STS = Config(
    retries={"total_max_attempts": 1, "mode": "standard"},
    connect_timeout=settings.HTTP_CONNECT,
    read_timeout=settings.HTTP_REPLY,
)
_LOCK = threading.Lock()
_KEYLESS = []  # one a process: it holds the models it has read, and no key
_KNOWN = {}  # account -> session with temporary keys


class LoginProblem(Exception):
    """There are no keys; says why in one line."""


class _Provider:
    """What a session of botocore asks for credentials."""

    def __init__(self, credentials):
        self._credentials = credentials

    def load_credentials(self):
        return self._credentials


def make_client(service, account, url, config):
    """Return boto3's client of an account; raise :class:`LoginProblem`."""
    values = {"region_name": account.region, "endpoint_url": url, "config": config}
    if not is_temporary(account):
        values["aws_access_key_id"] = account.key
        values["aws_secret_access_key"] = account.secret
    with _LOCK:  # making clients is not safe in threads, using them is
        return _find_session(account).client(service, **values)


def is_temporary(account):
    return bool(account.is_machine or account.role)


def renew(account):
    """Make sure of keys for the next request; raise :class:`LoginProblem`."""
    if not is_temporary(account):
        return
    with _LOCK:
        session = _find_session(account)
    try:
        session.get_credentials().get_frozen_credentials()
    except (BotoCoreError, ClientError) as error:
        raise LoginProblem(_describe(error)) from error


def _find_session(account):
    if not is_temporary(account):
        if not _KEYLESS:
            _KEYLESS.append(_make_session())
        return _KEYLESS[0]
    if account not in _KNOWN:
        if len(_KNOWN) >= MOST_KNOWN:
            _KNOWN.clear()
        _KNOWN[account] = _make_session(_find_credentials(account))
    return _KNOWN[account]


def _make_session(credentials=None):
    core = botocore.session.Session(session_vars=_NO_FILES)
    if credentials:
        core.register_component("credential_provider", _Provider(credentials))
    return boto3.session.Session(botocore_session=core)


def _find_credentials(account):
    if account.is_machine:
        try:
            found = botocore.session.Session().get_credentials()
        except (BotoCoreError, ClientError) as error:
            raise LoginProblem(_describe(error)) from error
        if not found:
            raise LoginProblem("this machine has no role of AWS, or it does not answer")
    else:
        found = Credentials(account.key, account.secret)
    return _take_on(account, found) if account.role else found


def _take_on(account, source):
    fetcher = AssumeRoleCredentialFetcher(
        client_creator=_make_sts(account.region),
        source_credentials=source,
        role_arn=account.role,
        extra_args={"RoleSessionName": SESSION_NAME},
        cache={},
    )
    return DeferredRefreshableCredentials(
        method="assume-role", refresh_using=fetcher.fetch_credentials
    )


def _make_sts(region):
    def create(service, **keys):
        core = botocore.session.Session(session_vars=_NO_FILES)
        url = get_sts_url(region)
        return core.create_client(
            service, region_name=region, endpoint_url=url, config=_STS, **keys
        )

    return create


def get_sts_url(region):
    """The region's own: the global one is in another cloud for some."""
    return f"https://{partition.get_host('sts', region)}"


def _describe(error):
    return scrub_text(str(error).partition("\n")[0])[:250]
