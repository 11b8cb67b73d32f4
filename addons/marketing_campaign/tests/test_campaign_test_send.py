from email import message_from_bytes
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from odoo.addons.marketing_delivery.sender.adapter import (
    ACCEPTED,
    PERMANENT,
    Capabilities,
    Outcome,
    ProviderDown,
)

from .campaign_common import CampaignCase


class Sink:
    """An adapter that keeps what it is given."""

    capabilities = Capabilities()

    def __init__(self, kind=ACCEPTED, reply="", down=None):
        self.outcome = Outcome(kind, reply)
        self.down = down
        self.messages = []
        self.closed = False

    def connect(self):
        if self.down:
            raise ProviderDown(self.down)

    def submit(self, messages, begin):
        for message in messages:
            if begin(message):
                self.messages.append(message)
            yield self.outcome

    def close(self):
        self.closed = True


@tagged("post_install", "-at_install")
class TestSendTest(CampaignCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.anna = cls._create_customers("anna@x.example")
        cls.anna.name = "Anna Smith"
        cls.campaign = cls._create_campaign().with_user(cls.user)

    def _wizard(self, **values):
        return (
            self.env["email.campaign.test"]
            .with_user(self.user)
            .with_context(default_campaign_id=self.campaign.id)
            .create({"addresses": "me@x.example", **values})
        )

    def _run(self, sink):
        """Run the pump; its own cursors are the test's."""
        [job] = self._jobs("_pump_send_test", self.campaign)
        self.assertEqual((job.kind, job.queue), ("pump", "deliver"))
        with (
            patch.object(
                type(self.env["delivery.provider"]), "_get_adapter", lambda self: sink
            ),
            self.enter_registry_test_mode(),
        ):
            self.env["email.campaign"]._pump_send_test(**job.payload)
        return self.campaign.message_ids[:1].body

    def test_without_an_own_address_the_dialog_says_what_to_do(self):
        wizard = self.env["email.campaign.test"].with_user(self.user)
        self.user.email = "me@x.example"
        form = Form(wizard.with_context(default_campaign_id=self.campaign.id))
        self.assertEqual(form.addresses, "me@x.example")
        self.assertFalse(form.lacks_own_address)
        self.user.email = False
        form = Form(wizard.with_context(default_campaign_id=self.campaign.id))
        self.assertFalse(form.addresses)
        self.assertTrue(form.lacks_own_address)
        with self.assertRaisesRegex(AssertionError, "addresses is a required field"):
            form.save()

    def test_default_values(self):
        self.user.email = "boss@x.example"
        wizard = (
            self.env["email.campaign.test"]
            .with_user(self.user)
            .with_context(default_campaign_id=self.campaign.id)
            .create({})
        )
        self.assertEqual(wizard.addresses, "boss@x.example")
        self.assertEqual(wizard.partner_id, self.anna)

    def test_a_double_click_sends_one_test(self):
        for _click in range(2):
            self._wizard().action_send()
        self.assertEqual(len(self._jobs("_pump_send_test", self.campaign)), 1)
        self._wizard(addresses="you@x.example").action_send()
        jobs = self._jobs("_pump_send_test", self.campaign)
        self.assertEqual(len(jobs), 2)
        self.assertNotIn("x.example", "".join(jobs.mapped("key")))

    def test_message(self):
        self._wizard(addresses="Me@x.example; you@x.example").action_send()
        sink = Sink()
        note = self._run(sink)
        self.assertEqual(
            [message.address for message in sink.messages],
            ["me@x.example", "you@x.example"],
        )
        mail = message_from_bytes(sink.messages[0].data)
        self.assertEqual(mail["Subject"], "[Test] News for Anna")
        self.assertEqual(mail["To"], "me@x.example")
        self.assertIn("news@shop.example.com", mail["From"])
        self.assertFalse(mail["List-Unsubscribe"])
        plain, html = (part.get_payload() for part in mail.get_payload())
        self.assertIn("Dear Anna", plain)
        self.assertIn("https://elsewhere.example.org/", html)
        self.assertNotIn("/mm/", html, "no link of a test counts anything")
        self.assertIn("Test sent to me@x.example", note)
        self.assertTrue(sink.closed)

    def test_counts_nowhere(self):
        self._wizard().action_send()
        self._run(Sink())
        self.assertFalse(self.campaign.recipient_ids)
        self.assertEqual(self.campaign.status, "draft")
        self.assertFalse(self.campaign.total_recipients)
        self.assertFalse(
            self.env["marketing.link"].search([("campaign_id", "=", self.campaign.id)])
        )

    def test_sample_values_without_a_customer(self):
        self._wizard(partner_id=False).action_send()
        sink = Sink()
        self._run(sink)
        self.assertIn(b"Subject: [Test] News for ", sink.messages[0].data)

    def test_refused_test_is_reported(self):
        self._wizard().action_send()
        note = self._run(Sink(PERMANENT, "550 <no> such user"))
        self.assertIn("was not sent: 550 &lt;no&gt; such user", note)

    def test_provider_that_is_down_is_reported(self):
        self._wizard().action_send()
        note = self._run(Sink(down="connection refused"))
        self.assertIn("connection refused", note)

    def test_template_that_broke_meanwhile_is_reported(self):
        self._wizard().action_send()
        self.campaign.subject_line = "{{ nothing }}"
        self.assertIn("cannot be sent", self._run(Sink()))

    def test_bad_addresses(self):
        for addresses in (
            "",
            " , ",
            "nobody",
            "me@x.example, nobody",
            ",".join(f"c{i}@x.example" for i in range(11)),
        ):
            with self.subTest(addresses=addresses), self.assertRaises(UserError):
                self._wizard(addresses=addresses).action_send()
        self.assertFalse(self._jobs("_pump_send_test", self.campaign))

    def test_line_break_separates_it_never_adds_a_header(self):
        with self.assertRaises(UserError):
            self._wizard(addresses="me@x.example\r\nBcc: evil@x.example").action_send()

    def test_broken_content_is_said_at_once(self):
        self.campaign.subject_line = "Hi {{ unheard_of }}"
        with self.assertRaisesRegex(UserError, "unheard_of"):
            self._wizard().action_send()

    def test_no_provider(self):
        self.provider.active = False
        self.env["delivery.provider"].search([]).active = False
        with self.assertRaisesRegex(UserError, "provider"):
            self._wizard().action_send()
        with self.assertRaisesRegex(UserError, "provider"):
            self.campaign.action_send_now()

    def test_access(self):
        with self.assertRaises(AccessError):
            self.env["email.campaign.test"].with_user(self.analyst).create(
                {"campaign_id": self.campaign.id, "addresses": "me@x.example"}
            )
        stranger = self._create_user(
            "mmk_stranger", "marketing_base.group_user", self.other_company
        )
        with self.assertRaises(AccessError):
            self.env["email.campaign.test"].with_user(stranger).create(
                {"campaign_id": self.campaign.id, "addresses": "me@x.example"}
            ).action_send()
