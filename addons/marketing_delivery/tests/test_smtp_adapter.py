from odoo.tests import tagged

from ..sender.adapter import ACCEPTED, PERMANENT, TRANSIENT, UNKNOWN
from ..sender.smtp import double_dots
from .adapter_contract import AdapterContract
from .sender_common import SenderCase
from .smtp_peer import Peer


@tagged("post_install", "-at_install")
class TestSmtpAdapter(AdapterContract, SenderCase):
    addresses = {
        ACCEPTED: "ok@peer.example",
        PERMANENT: "rcpt-550@peer.example",
        TRANSIENT: "data-451@peer.example",
        UNKNOWN: "content-drop@peer.example",
    }

    def setUp(self):
        super().setUp()
        self.peer = Peer()
        self.addCleanup(self.peer.stop)
        self.provider.mail_server_id.smtp_port = self.peer.port

    def _get_arrived(self):
        return self.peer.messages

    def _break_peer(self):
        self.peer.stop()

    def test_without_pipelining(self):
        self.peer.pipelines = False
        self.test_each_outcome_is_told_in_order()

    def test_dots(self):
        self.assertEqual(double_dots(b".\r\n.a\r\nb.\r\n"), b"..\r\n..a\r\nb.\r\n")
        self.assertEqual(double_dots(b"a\r\n\r\n.\r\n"), b"a\r\n\r\n..\r\n")
