"""What all notifications of a campaign share."""

from odoo.addons.marketing_delivery.sender.adapter import Message
from odoo.addons.marketing_delivery.sender.composer import Unsendable
from odoo.addons.marketing_delivery.tracking.recipient_links import RecipientLinks

from .payload import MAX_PLAIN, encrypt, write_payload


class PushLetterhead:
    channel = "push"
    has_unsubscribe = False  # in a header: the browser offers it, and we do
    sender = ""

    def __init__(self, *, base_url, tag, stop_label):
        self.base_url = base_url
        self._tag = tag
        self._stop_label = stop_label

    def get_links(self, signer, recipient_id, expires):
        return RecipientLinks(self.base_url, signer, recipient_id, expires)

    def build(self, content, *, recipient_id, send_key, address, **_values):
        """Return the :class:`Message`, encrypted: nobody on the way can read it."""
        if not content.keys:
            raise Unsendable("no_device")
        plain = write_payload(content, self._tag, self._stop_label)
        if len(plain) > MAX_PLAIN:
            raise Unsendable("text_too_long", f"{len(plain)} of {MAX_PLAIN} bytes")
        return Message(
            recipient_id,
            send_key,
            self.sender,
            address,
            encrypt(plain, content.keys),
        )
