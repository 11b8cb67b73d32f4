from odoo.exceptions import ValidationError
from odoo.tests import tagged

from odoo.addons.marketing_delivery.sender.content import Content
from odoo.addons.marketing_delivery.tests.sender_common import FakeAdapter

from ..sender.segments import MAX_SEGMENTS
from ..tracking.short_links import ShortSigner
from .sms_common import IapCase, SmsCase


class Renderer:
    """The text of the tests; a number is its own context."""

    def __init__(self, text):
        self.text = text

    def contexts(self, cr, rows):
        return {row.id: row.email_address for row in rows}

    def render(self, row, context, links):
        return Content("", "", self.text.replace("LINK", links.click(0)))


@tagged("post_install", "-at_install")
class TestSmsSending(SmsCase):
    def _send(self, text, *numbers, **values):
        rows = self._add(*numbers, **values)
        self.campaign.status = "running"
        adapter = FakeAdapter()
        self._pump(adapter, renderer=Renderer(text))
        return rows, adapter.messages

    def test_text_and_link(self):
        row, [message] = self._send("Tea: LINK", "+12025550101")
        self.assertEqual((row.state, row.units), ("sent", 1))
        text = message.data.decode()
        base = self.campaign.get_base_url()
        self.assertTrue(text.startswith(f"Tea: {base}/s/"), text)
        token = text.rpartition("/")[2]
        found = ShortSigner.from_env(self.env).verify(token)
        self.assertEqual(found, (row.id, 0))
        self.assertEqual(message.address, "+12025550101")

    def test_segments_are_counted_before_it_leaves(self):
        row, [message] = self._send("a" * 161, "+12025550101")
        self.assertEqual((row.units, message.units), (2, 2))

    def test_what_is_too_long_or_empty_fails_alone(self):
        row, messages = self._send("a" * (153 * MAX_SEGMENTS + 1), "+12025550101")
        self.assertEqual((row.state, row.reason), ("failed", "text_too_long"))
        self.assertIn("11", row.reason_detail)
        row, more = self._send(" \u200b ", "+12025550102")
        self.assertEqual((row.state, row.reason), ("failed", "empty_text"))
        self.assertFalse(messages + more)

    def test_a_number_that_is_none(self):
        row, messages = self._send("Tea", "not a number", consent=False)
        self.assertFalse(messages)
        self.assertEqual(row.reason, "bad_address")

    def test_consent_for_mail_is_none_for_text_messages(self):
        consents = self.env["email.subscription.preference"]
        consents._opt_in(self.company, "a@x.example", source="test")
        row, messages = self._send("Tea", "+12025550101", consent=False)
        self.assertEqual((row.state, row.reason), ("skipped", "no_consent"))
        self.assertFalse(messages)

    def test_the_stop_list_of_numbers(self):
        self.env["phone.blacklist"].add("+12025550101")
        row, messages = self._send("Tea", "+12025550101")
        self.assertEqual((row.state, row.reason), ("skipped", "blacklisted"))
        self.campaign.is_transactional = True
        row, messages = self._send("Tea", "+12025550101", step_key="2", send_key="2")
        self.assertEqual((row.state, row.reason), ("skipped", "blacklisted"))
        self.assertFalse(messages)

    def test_an_email_campaign_leaves_them_alone(self):
        campaign = self._create_campaign(
            self.company, channel="email", provider_id=False
        )
        row = self._add("+12025550101", campaign=campaign)
        adapter = FakeAdapter()
        self._pump(adapter, campaign=campaign, renderer=Renderer("Tea"))
        self.assertEqual((row.state, adapter.messages), ("queued", []))

    def test_providers_are_those_of_the_channel(self):
        self.campaign.provider_id = False
        self.assertEqual(self.campaign._pick_provider(), self.provider)
        self.campaign.channel = "email"
        self.assertNotEqual(self.campaign._pick_provider(), self.provider)

    def test_a_provider_needs_its_company_and_a_sender_that_can_be_shown(self):
        with self.assertRaises(ValidationError), self.cr.savepoint():
            self.provider.company_id = False
        made = self.provider.create({"name": "SMS", "provider_type": "sms"})
        self.assertEqual(made.company_id, self.env.company)
        for sender in ("AB", "123", "Much too long a name", "Tea/Shop", "Tëa"):
            with self.assertRaises(ValidationError), self.cr.savepoint():
                self.provider.sms_sender = sender
        for sender in ("TeaShop", "Tea 24", "+15550100", False):
            self.provider.sms_sender = sender


@tagged("post_install", "-at_install")
class TestSmsCost(IapCase):
    def test_spend_is_by_segment(self):
        self.provider.write(
            {"cost_per_message": 0.05, "currency_id": self.company.currency_id.id}
        )
        rows = self._add("+12025550101", "+12025550102")
        self._pump(FakeAdapter(), renderer=Renderer("a" * 200))
        self.assertEqual(rows.mapped("units"), [2, 2])
        self.campaign._refresh_statistics()
        self.assertAlmostEqual(self.campaign.spend, 0.2)
