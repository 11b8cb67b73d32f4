from unittest.mock import patch

from odoo.addons.marketing_delivery.tests.sender_common import SenderCase

from ..sender import endpoint
from ..sender.connection import Network
from ..sender.payload import PushContent
from .push_peer import HOST, Peer


class PushRenderer:
    """A notification with a tracked link; the keys are those of the test's device."""

    def __init__(self, keys):
        self.keys = keys

    def contexts(self, cr, rows):
        return {row.id: {} for row in rows}

    def render(self, row, context, links):
        return PushContent(
            "Tea",
            "",
            "It is here",
            links.click(0),
            stop=links.unsubscribe(),
            keys=self.keys,
        )


class PushCase(SenderCase):
    channel = "push"

    @classmethod
    def _create_provider(cls, **values):
        values = {"name": "Notifications", "provider_type": "push", **values}
        return cls.env["delivery.provider"].create(values)

    def setUp(self):
        super().setUp()
        vapid = self.env["marketing.push.device"]._get_vapid(self.company)
        self.peer = Peer(vapid.public_key)
        self.addCleanup(self.peer.stop)
        # the peer has a port and an address of its own; names and TLS are as outside
        self.startPatcher(patch.object(endpoint, "PORT", self.peer.port))
        self.startPatcher(
            patch.object(
                self.env.registry["delivery.provider"],
                "_get_push_network",
                lambda provider: Network(
                    lambda host, port: ["127.0.0.1"], self.peer.client_context
                ),
            )
        )
        self.startPatcher(
            patch.object(
                self.env.registry["delivery.provider"],
                "_get_push_probes",
                lambda provider: ((HOST, self.peer.port),),
            )
        )

    def _get_endpoint(self, name):
        return f"https://{HOST}:{self.peer.port}/wpush/{name}"

    def _get_keys_of(self, device):
        keys = device.subscription["keys"]
        return keys["p256dh"], keys["auth"]
