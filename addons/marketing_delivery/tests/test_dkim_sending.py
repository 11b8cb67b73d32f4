import re
import socket

from aiosmtpd.controller import Controller

from odoo.tests import tagged

from ..sender.content import Content
from .sender_common import Renderer, SenderCase
from .test_dkim import verify

DOTS = "<p>Grüße</p>\n.\n..\n.start  of\t line \n\n\n"


class Mailbox:
    """What a real SMTP server got, with the dots of the wire taken out by it."""

    def __init__(self):
        self.received = []

    async def handle_DATA(self, _server, _session, envelope):
        self.received.append(envelope)
        return "250 2.0.0 Ok: queued as 4F2A1B"


class AwkwardRenderer(Renderer):
    def render(self, row, context, links):
        return Content(f"Größe ändern 🎁 {context} " * 6, DOTS * 20, DOTS)


@tagged("post_install", "-at_install")
class TestDkimSending(SenderCase):
    def setUp(self):
        super().setUp()
        self.mailbox = Mailbox()
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        controller = Controller(self.mailbox, hostname="127.0.0.1", port=port)
        controller.start()
        self.addCleanup(controller.stop)
        self.provider.mail_server_id.smtp_port = port

    def _create_key(self, domain="a.example", company=None, **values):
        values = {"domain": domain, "company_id": company and company.id, **values}
        key = self.env["delivery.dkim.key"].create(values)
        key.action_start()
        return key

    def _send(self, campaign=None, renderer=None):
        self._add("c@x.example", campaign=campaign)
        adapter = self.provider._get_adapter()
        self.addCleanup(adapter.close)
        self._pump(adapter, campaign, renderer)
        [envelope] = self.mailbox.received
        self.mailbox.received.clear()
        return envelope.content

    def _verify(self, content, *keys):
        return verify(content, {key.record_name: key.record_value for key in keys})

    def test_without_a_key_nothing_is_added(self):
        self.assertNotIn(b"DKIM-Signature", self._send())

    def test_what_arrives_verifies(self):
        key = self._create_key(company=self.company)
        content = self._send(renderer=AwkwardRenderer())
        self.assertTrue(content.startswith(b"DKIM-Signature: v=1; a=rsa-sha256;"))
        self.assertTrue(self._verify(content, key))
        head, _empty, body = content.partition(b"\r\n\r\n")
        for name in (b"list-unsubscribe:list-unsubscribe-post", b"feedback-id"):
            self.assertIn(name, head)
        self.assertFalse(
            self._verify(head + b"\r\n\r\n" + body.replace(b"=", b"-"), key)
        )
        self.assertFalse(self._verify(content.replace(b"One-Click", b"No-Click"), key))

    def test_one_click_is_signed(self):
        """RFC 8058, 4: both headers of List-Unsubscribe stand in h=."""
        self._create_key()
        content = self._send()
        [field] = re.findall(rb"\r\n h=([^;]+);", content.partition(b"\r\n\r\n")[0])
        signed = field.split(b":")
        for name in (b"from", b"list-unsubscribe", b"list-unsubscribe-post"):
            self.assertIn(name, signed)
        head = content.partition(b"\r\n\r\n")[0].lower()
        for name in (b"list-unsubscribe", b"list-unsubscribe-post"):
            self.assertEqual(head.count(b"\r\n%s:" % name), 1, name)

    def test_two_algorithms(self):
        keys = self._create_key() | self._create_key(selector="ed", algorithm="ed25519")
        content = self._send()
        self.assertEqual(content.count(b"DKIM-Signature:"), 2)
        self.assertTrue(self._verify(content, *keys))

    def test_keys_of_others_do_not_sign(self):
        self._create_key(company=self.other_company)
        self._create_key("b.example")
        draft = {"domain": "a.example", "selector": "draft"}
        self.env["delivery.dkim.key"].create(draft)
        self.assertNotIn(b"DKIM-Signature", self._send())

    def test_own_key_comes_before_the_shared_one(self):
        self._create_key()
        own = self._create_key(selector="own", company=self.company)
        content = self._send()
        self.assertEqual(content.count(b"DKIM-Signature:"), 1)
        self.assertTrue(self._verify(content, own))

    def test_a_renewed_key(self):
        old = self._create_key()
        new = self.env["delivery.dkim.key"].browse(old.action_renew()["res_id"])
        self.assertTrue(self._verify(self._send(), old))
        new.action_start()
        self.assertEqual(old.state, "retired")
        campaign = self._create_campaign(self.company)
        self.assertTrue(self._verify(self._send(campaign), new))

    def test_a_broken_key_stops_the_provider_and_says_so(self):
        key = self._create_key()
        self.env.cr.execute(
            "UPDATE delivery_dkim_key SET private_key = 'x' WHERE id = %s", [key.id]
        )
        self.env.invalidate_all()
        action = self.provider.action_test_connection()
        self.assertEqual(action["params"]["type"], "danger")
        self.assertIn("private key", self.provider.last_error)
