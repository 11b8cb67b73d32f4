from odoo.addons.marketing_delivery.tests.sender_common import SenderCase

from .gateway_peer import IapPeer, reaching_iap

TEXT = "Hello"


class SmsCase(SenderCase):
    """A company whose SMS go through Odoo's service, which is a peer of the test."""

    channel = "sms"

    @classmethod
    def _create_provider(cls, **values):
        values = {
            "name": "Text messages",
            "provider_type": "sms",
            "company_id": cls.company.id,
            **values,
        }
        return cls.env["delivery.provider"].create(values)

    @classmethod
    def _add(cls, *addresses, **values):
        """A gateway names a message by its key without dashes."""
        rows = super()._add(*addresses, **values)
        for row in rows:
            row.send_key = row.send_key.replace("-", "")
        cls.env.flush_all()
        return rows


class IapCase(SmsCase):
    def setUp(self):
        super().setUp()
        self.peer = IapPeer()
        self.addCleanup(self.peer.stop)
        parameters = self.env["ir.config_parameter"]
        for name in ("sms.endpoint", "iap.endpoint"):
            parameters.set_param(name, self.peer.url)
        self.startPatcher(reaching_iap())
