"""What all text messages of a campaign share."""

from odoo.addons.marketing_delivery.sender.adapter import Message
from odoo.addons.marketing_delivery.sender.composer import Unsendable

from ..tracking.short_links import ShortLinks
from .segments import MAX_SEGMENTS, measure, simplify


class SmsLetterhead:
    channel = "sms"
    has_unsubscribe = False  # in a header: the way out is in the text

    def __init__(self, *, sender, base_url, signer):
        self.sender = sender
        self.base_url = base_url
        self._signer = signer

    def get_links(self, _signer, recipient_id, _expires):
        return ShortLinks(self.base_url, self._signer, recipient_id)

    def build(self, content, *, recipient_id, send_key, address, **_values):
        """Return the :class:`Message`; it costs a price for each segment."""
        text = simplify(content.text)
        size = measure(text)
        if not size.segments:
            raise Unsendable("empty_text")
        if size.segments > MAX_SEGMENTS:
            raise Unsendable("text_too_long", f"{size.segments} segments")
        return Message(
            recipient_id,
            send_key,
            self.sender,
            address,
            text.encode(),
            units=size.segments,
        )
