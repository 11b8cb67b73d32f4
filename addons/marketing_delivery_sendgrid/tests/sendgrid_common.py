from odoo.addons.marketing_delivery.sender.adapter import PARTS
from odoo.addons.marketing_delivery.sender.composer import Letterhead
from odoo.addons.marketing_delivery.sender.content import Content, Skeleton
from odoo.addons.marketing_delivery.tests.sender_common import SenderCase

from .sendgrid_peer import KEY, SendGridPeer

HTML = ("<p>Dear ", 0, '</p><a href="', 1, '">Offer</a>')
TEXT = ("Dear ", 2, ": ", 1, "\n")


class SlotRenderer:
    """Content as a template gives it: a skeleton that all share, and values."""

    def __init__(self, skeleton=None):
        self.skeleton = skeleton or Skeleton(HTML, TEXT)

    def contexts(self, cr, rows):
        return {row.id: row.email_address for row in rows}

    def render(self, row, context, links):
        return self.render_slots(row, context, links)._replace(skeleton=None, values=())

    def render_slots(self, row, context, links):
        return self.fill(context, links.click(0))

    def fill(self, name, link):
        values = (f"{name} &amp;", link, f"{name} &")
        html, text = self.skeleton.fill(values)
        return Content(f"Hello {name[:40]}", html, text, self.skeleton, values)


class SendGridMixin:
    """Before :class:`SenderCase`: its provider is of the type, ``self.peer`` its peer
    at work."""

    @classmethod
    def _create_provider(cls, **values):
        account = {"sendgrid_api_key": KEY, "sendgrid_url": "http://127.0.0.1:1"}
        values = {
            "name": "SendGrid",
            "provider_type": "sendgrid",
            **account,
            **values,
        }
        return cls.env["delivery.provider"].create(values)

    def setUp(self):
        super().setUp()
        self.peer = SendGridPeer()
        self.addCleanup(self.peer.stop)
        self.provider.write(
            {
                "sendgrid_url": self.peer.url,
                "sendgrid_public_key": self.peer.public_key,
            }
        )


class SendGridCase(SendGridMixin, SenderCase):
    """Messages, and what becomes of them."""

    def setUp(self):
        super().setUp()
        self.renderer = SlotRenderer()

    def _open(self):
        adapter = self.provider._get_adapter()
        self.addCleanup(adapter.close)
        return adapter

    def _write(self, address, *, content=None, key=None):
        """Return a message to an address, by default one of many of a template."""
        name = address.partition("@")[0]
        link = f"https://shop.example/c/{name}?a=1&b=2"
        return Letterhead.of(self.campaign).build(
            content or self.renderer.fill(name, link),
            form=PARTS,
            recipient_id=1,
            send_key=key or name,
            name=f"Customer {name}",
            address=address,
            one_click=f"https://shop.example/1/{name}",
        )

    def _write_all(self, *names):
        return [self._write(f"{name}@x.example") for name in names]

    def _submit(self, messages, begin=lambda _message: True, adapter=None):
        """Return the outcomes, and what was raised after them."""
        adapter = adapter or self._open()
        adapter.connect()
        outcomes = []
        try:
            outcomes.extend(adapter.submit(messages, begin))
        except Exception as error:
            return outcomes, error
        return outcomes, None
