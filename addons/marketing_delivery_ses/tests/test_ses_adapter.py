from odoo.tests import tagged

from odoo.addons.marketing_delivery.sender.adapter import (
    ACCEPTED,
    PERMANENT,
    TRANSIENT,
    UNKNOWN,
)
from odoo.addons.marketing_delivery.tests.adapter_contract import AdapterContract
from odoo.addons.marketing_delivery.tests.sender_common import SenderCase

from .ses_common import SesMixin


@tagged("post_install", "-at_install")
class TestSesAdapter(SesMixin, AdapterContract, SenderCase):
    addresses = {
        ACCEPTED: "ok@peer.example",
        PERMANENT: "poison@peer.example",
        TRANSIENT: "http-429@peer.example",
        UNKNOWN: "http-503@peer.example",
    }

    def _get_arrived(self):
        return self.peer.messages

    def _break_peer(self):
        self.peer.stop()
