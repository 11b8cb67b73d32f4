import uuid

from odoo.addons.marketing_delivery.sender.composer import Letterhead
from odoo.addons.marketing_delivery.sender.content import Content
from odoo.addons.marketing_delivery.tests.sender_common import SenderCase

from ..sender import health
from .ses_peer import CONFIGURATION_SET, KEY, REGION, SECRET, SesPeer


class SesMixin:
    """Before :class:`SenderCase`: its provider is of the type, ``self.peer`` its peer
    at work."""

    @classmethod
    def _create_provider(cls, **values):
        account = {
            "ses_region": REGION,
            "ses_access_key": KEY,
            "ses_secret_key": SECRET,
            "ses_configuration_set": CONFIGURATION_SET,
            "ses_url": "http://127.0.0.1:1",
        }
        values = {"name": "SES", "provider_type": "ses", **account, **values}
        return cls.env["delivery.provider"].create(values)

    @classmethod
    def _add(cls, *addresses, **values):
        """SES takes only letters, digits, - and _ in a tag: keys as they really are."""
        rows = super()._add(*addresses, **values)
        for row in rows:
            row.send_key = str(uuid.uuid4())
        cls.env.flush_all()
        return rows

    def setUp(self):
        super().setUp()
        self.peer = SesPeer()
        self.addCleanup(self.peer.stop)
        self.provider.ses_url = self.peer.url

    def _open(self):
        adapter = self.provider._get_adapter()
        self.addCleanup(adapter.close)
        return adapter

    def _forget_health(self):
        """As after a minute, or in another process."""
        health.forget(self.provider._prepare_ses_account())


class SesCase(SesMixin, SenderCase):
    """Messages, and what becomes of them."""

    def _write(self, address, *, key=None, content=None):
        name = address.partition("@")[0]
        letterhead = Letterhead.of(self.campaign)
        return letterhead.build(
            content or Content("Grüße", "<p>Zoë\n.\n</p>", "Zoë\n.\n"),
            form="mime",
            recipient_id=1,
            send_key=key or name.replace(".", "_"),
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
