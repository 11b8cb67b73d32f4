from odoo.tests import tagged

from odoo.addons.marketing_delivery.sender.adapter import (
    ACCEPTED,
    PERMANENT,
    TRANSIENT,
    UNKNOWN,
)
from odoo.addons.marketing_delivery.tests.adapter_contract import AdapterContract
from odoo.addons.marketing_delivery.tests.sender_common import SenderCase

from .sendgrid_common import SendGridMixin


@tagged("post_install", "-at_install")
class TestSendgridAdapter(SendGridMixin, AdapterContract, SenderCase):
    addresses = {
        ACCEPTED: "ok@peer.example",
        PERMANENT: "poison@peer.example",
        TRANSIENT: "http-busy@peer.example",
        UNKNOWN: "http-503@peer.example",
    }
    has_one_answer = True

    def _get_arrived(self):
        return self.peer.messages

    def _break_peer(self):
        self.peer.stop()
