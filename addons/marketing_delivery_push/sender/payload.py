"""What a browser is told, encrypted for it alone (RFC 8291)."""

import json
from typing import NamedTuple

from odoo.addons.mail.tools import web_push

# the largest request that every push service takes, less header and padding
MAX_PLAIN = (
    web_push.MAX_PAYLOAD_SIZE
    - web_push.ENCRYPTION_HEADER_SIZE
    - web_push.ENCRYPTION_BLOCK_OVERHEAD
)


class PushContent(NamedTuple):
    """A rendered notification; `keys` are (p256dh, auth) of the device."""

    subject: str
    html: str
    text: str
    url: str
    icon: str = ""
    stop: str = ""
    keys: tuple[str, str] | None = None


def write_payload(content, tag, stop_label):
    """Return what the service worker reads; `tag` replaces an older notification."""
    values = {
        "title": content.subject,
        "body": content.text,
        "url": content.url,
        "icon": content.icon,
        "stop": content.stop,
        "stop_label": content.stop and stop_label,
        "tag": tag,
    }
    shown = {name: value for name, value in values.items() if value}
    return json.dumps(shown, ensure_ascii=False, separators=(",", ":")).encode()


def encrypt(plain, keys):
    """Return the body of the request; raises ValueError for keys that are none."""
    p256dh, auth = keys
    device = {"keys": json.dumps({"p256dh": p256dh, "auth": auth})}
    return web_push._encrypt_payload(plain, device)
