from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..sender.verp import MAX_LOCAL, Verp
from .sender_common import SenderCase
from .smtp_peer import Peer

SECRET = b"0123456789abcdef"


@tagged("post_install", "-at_install")
class TestVerp(SenderCase):
    def setUp(self):
        super().setUp()
        self.verp = Verp(SECRET, "Bounce@Shop.example")

    def test_there_and_back(self):
        for number in (0, 1, 35, 36, 123456, 2**31, 2**62):
            address = self.verp.sign(number)
            self.assertTrue(address.startswith("bounce+m"))
            self.assertTrue(address.endswith("@shop.example"))
            for written in (address, address.upper(), address.title()):
                self.assertEqual(self.verp.read(written), number)
        longest = Verp(SECRET, "b" * MAX_LOCAL + "@shop.example").sign(2**63)
        self.assertLessEqual(len(longest.partition("@")[0]), 64)

    def test_nothing_else_is_read(self):
        address = self.verp.sign(4711)
        local, _at, domain = address.partition("@")
        number, _dash, mac = local.partition("-")
        for wrong in (
            "bounce@shop.example",
            f"{number}@{domain}",
            f"{number}-@{domain}",
            f"{number}-{mac[:-1]}@{domain}",
            f"{number}-{mac}0@{domain}",
            f"{number}-{'0' * 20}@{domain}",
            f"{number}1-{mac}@{domain}",
            f"{local}@other.example",
            f"other+{local.partition('+')[2]}@{domain}",
            f"bounce+m+{local}@{domain}",
            f"bounce+mé-{mac}@{domain}",
            "",
            "@",
            "bounce+m1-" + "é" * 20 + "@shop.example",
        ):
            self.assertIsNone(self.verp.read(wrong), wrong)
        self.assertIsNone(Verp(b"f" * 16, "bounce@shop.example").read(address))

    def test_whose_mailbox(self):
        for mine in ("bounce@shop.example", "BOUNCE+x@Shop.Example"):
            self.assertTrue(self.verp.is_mine(mine))
        for other in ("bounces@shop.example", "bounce@x.shop.example", "bounce", ""):
            self.assertFalse(self.verp.is_mine(other))

    def test_on_the_wire(self):
        peer = Peer()
        self.addCleanup(peer.stop)
        self.provider.mail_server_id.smtp_port = peer.port
        row = self._add("ok@peer.example")
        self.provider.bounce_address = "bounce@shop.example"
        self._pump(self.provider._get_adapter())
        self.assertEqual(row.state, "sent")
        verp = self.provider._get_verp()
        self.assertEqual(peer.senders, [verp.sign(row.id)])
        self.assertEqual(verp.read(peer.senders[0]), row.id)
        self.provider.bounce_address = False
        self.campaign.status = "running"
        self._add("second@peer.example")
        self._pump(self.provider._get_adapter())
        self.assertEqual(peer.senders[1:], ["shop@a.example"])

    def test_addresses_that_cannot_be_extended(self):
        for address in ("bounce", "a+b@shop.example", "x" * 40 + "@shop.example", "@x"):
            with self.assertRaises(ValidationError):
                self.provider.bounce_address = address
