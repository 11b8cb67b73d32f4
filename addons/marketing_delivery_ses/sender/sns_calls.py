"""The two things that are asked of SNS itself: its certificate, and a subscription."""

from contextlib import closing
from urllib.parse import urlencode, urlsplit

from odoo.addons.marketing_delivery.sender.http_link import HttpLink, Lost, NoLink

MAX_CERTIFICATE = 20_000  # bytes


class SnsProblem(Exception):
    """It did not work; says why in one line."""


def fetch_certificate(address):
    """Return what is at an address that ``sns.find_certificate_url`` let through."""
    data = _get(address)
    if len(data) > MAX_CERTIFICATE:
        raise SnsProblem("this is not a certificate")
    return data


def confirm(topic, token):
    """Confirm a subscription; the address is our own, not the one that came."""
    asked = {"Action": "ConfirmSubscription", "TopicArn": topic.arn, "Token": token}
    answer = _get(f"https://{topic.host}/?{urlencode(asked)}")
    if b"<SubscriptionArn>" not in answer:
        raise SnsProblem("SNS has not confirmed the subscription")


def _get(address):
    """Return the body at an address; no redirect, 5 s to connect, 30 s in all."""
    parts = urlsplit(address)
    path = f"{parts.path}{'?' if parts.query else ''}{parts.query}"
    with closing(HttpLink(f"https://{parts.hostname}")) as link:
        try:
            link.open()
            reply = link.request("GET", path, {"Accept": "*/*"})
        except (NoLink, Lost) as error:
            raise SnsProblem(f"{parts.hostname}: {error}") from error
    if reply.status != 200:
        raise SnsProblem(f"{parts.hostname} answers {reply.status}")
    return reply.body
