"""Addresses that we may be asked to call: those of push services, and nothing else.

An endpoint is whatever a browser, or somebody who pretends to be one, sends us. Calling
it must never reach into our own network, whatever it is and whatever its name resolves
to when it is called.
"""

import ipaddress
import re
import socket
from urllib.parse import urlsplit

from odoo.addons.marketing_base.addresses import normalise_address

# Chrome and Edge on Android, Firefox, Edge on Windows, Safari; and their relatives.
SERVICES = (
    "fcm.googleapis.com",
    "jmt17.google.com",
    "push.services.mozilla.com",
    "notify.windows.com",
    "push.apple.com",
)
PORT = 443
_NAME = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}")


class Blocked(OSError):
    """The name leads to an address that is not of the public internet."""


def find_origin(endpoint, services=SERVICES):
    """Return (host, port) of an endpoint that may be called, None for any other."""
    value = normalise_address("push", endpoint)
    try:
        parts = urlsplit(value or "")
        host = parts.hostname or ""
        port = PORT if parts.port is None else parts.port
        has_user = "@" in parts.netloc
    except ValueError:
        return None
    if parts.scheme != "https" or has_user or "\\" in value or not parts.path:
        return None
    if not _NAME.fullmatch(host) or port != PORT:
        return None
    is_service = any(host == name or host.endswith(f".{name}") for name in services)
    return (host, port) if is_service else None


def resolve_public(host, port):
    """Return the addresses of a host; raise :class:`Blocked` when one is not public."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(item[4][0] for item in found))
    for address in addresses:
        if not is_public(address):
            raise Blocked(f"{host} is no public address")
    return addresses


def is_public(address):
    """Tell whether an IP address belongs to the public internet."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    inner = getattr(ip, "ipv4_mapped", None) or getattr(ip, "sixtofour", None)
    if inner:
        ip = inner
    return ip.is_global and not ip.is_multicast
