from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.marketing_campaign.tests.campaign_common import CampaignCase
from odoo.addons.marketing_delivery.sender.adapter import (
    ACCEPTED,
    Capabilities,
    Outcome,
)

from .push_peer import Device

BASE = "https://fcm.googleapis.com/fcm/send/"


class Sink:
    capabilities = Capabilities()

    def __init__(self):
        self.messages = []

    def connect(self):
        pass

    def submit(self, messages, begin):
        for message in messages:
            begin(message)
            self.messages.append(message)
            yield Outcome(ACCEPTED, "201")

    def close(self):
        pass


@tagged("post_install", "-at_install")
class TestPushCampaign(CampaignCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.push_provider = cls.env["delivery.provider"].create(
            {"name": "Notifications", "provider_type": "push"}
        )
        cls.push_template = cls.env["email.template.marketing"].create(
            {
                "name": "Tea",
                "channel": "push",
                "subject_template": "Tea, {{ first_name or 'friend' }}",
                "text_content": "It is here",
                "push_url": "mm://shop/tea",
                "company_id": cls.company.id,
            }
        )
        cls.anna, cls.ben, cls.carl = cls._create_customers(
            "anna@x.example", "ben@x.example", "carl@x.example"
        )
        cls.phone = Device(f"{BASE}phone")
        cls.laptop = Device(f"{BASE}laptop")
        cls.bens = Device(f"{BASE}ben")
        cls._register(cls.phone, cls.anna, last_seen_at="2026-01-02")
        cls._register(cls.laptop, cls.anna, last_seen_at="2026-01-01")
        cls._register(cls.bens, cls.ben, consent=False)

    @classmethod
    def _register(cls, device, partner, consent=True, company=None, **values):
        company = company or cls.company
        consents = cls.env["email.subscription.preference"]
        if consent:
            consents._opt_in(
                company, device.endpoint, channel="push", partner=partner, source="test"
            )
        return cls.env["marketing.push.device"].create(
            {
                "company_id": company.id,
                "partner_id": partner.id,
                "address_key": consents._address_key("push", device.endpoint),
                "endpoint": device.endpoint,
                **device.subscription["keys"],
                **values,
            }
        )

    @classmethod
    def _create_push(cls, **values):
        return cls._create_campaign(
            channel="push", template_id=cls.push_template.id, **values
        )

    def test_one_message_a_person_at_the_device_seen_last(self):
        campaign = self._create_push()
        self._send(campaign)
        self.assertEqual(
            self._states(campaign),
            {
                self.anna: ("queued", False),
                self.ben: ("skipped", "no_consent"),
                self.carl: ("skipped", "no_device"),
            },
        )
        row = campaign.recipient_ids.filtered(lambda r: r.customer_id == self.anna)
        self.assertEqual(
            (row.channel, row.email_address), ("push", self.phone.endpoint)
        )

    def test_devices_of_others_and_old_ones_do_not_count(self):
        self._register(Device(f"{BASE}other"), self.carl, company=self.other_company)
        self._register(Device(f"{BASE}old"), self.carl, expires_at="2020-01-01")
        campaign = self._create_push()
        self._send(campaign)
        self.assertEqual(self._states(campaign)[self.carl], ("skipped", "no_device"))

    def _deliver(self, campaign):
        sink = Sink()
        self.patch(
            self.env.registry["delivery.provider"], "_get_adapter", lambda p: sink
        )
        with self.enter_registry_test_mode():
            self.env["email.campaign"]._pump_deliver(campaign.id)
        self.env.invalidate_all()
        return sink.messages

    def test_from_segment_to_device(self):
        campaign = self._create_push()
        self._send(campaign)
        [message] = self._deliver(campaign)
        self.assertEqual(message.address, self.phone.endpoint)
        told = self.phone.read(message.data)
        self.assertTrue(told["title"].startswith("Tea, "))
        self.assertEqual(told["body"], "It is here")
        self.assertIn("/mm/c/", told["url"])
        links = self.env["marketing.link"].search([("campaign_id", "=", campaign.id)])
        self.assertIn("shop.example.com/tea", links.url)

    def test_a_device_that_left_meanwhile_fails_alone(self):
        campaign = self._create_push()
        self._send(campaign)
        self.env["marketing.push.device"].search([]).unlink()
        self.env.flush_all()
        self.assertFalse(self._deliver(campaign))
        row = campaign.recipient_ids.filtered(lambda r: r.customer_id == self.anna)
        self.assertEqual((row.state, row.reason), ("failed", "no_device"))

    def test_checks_and_preview(self):
        campaign = self._create_push()
        levels = [check["level"] for check in campaign.get_checklist()]
        self.assertNotIn("blocking", levels)
        self.assertEqual(campaign.push_title, "Tea, Anna")
        self.assertEqual(campaign.push_body, "It is here")
        self.assertFalse(self._create_campaign().push_title)
        self.push_provider.active = False
        texts = [
            c["text"] for c in campaign.get_checklist() if c["level"] == "blocking"
        ]
        self.assertIn("No provider sends notifications", texts[0])

    def test_notifications_always_need_consent(self):
        with self.assertRaises(ValidationError):
            self._create_push(is_transactional=True)

    def test_approval_covers_link_and_picture(self):
        campaign = self._create_push()
        before = campaign._get_fingerprint()
        self.push_template.push_url = "mm://shop/other"
        self.assertNotEqual(campaign._get_fingerprint(), before)

    def test_a_try_goes_to_the_own_devices(self):
        campaign = self._create_push()
        wizard = self.env["email.campaign.test"].with_user(self.user)
        wizard = wizard.with_context(default_campaign_id=campaign.id)
        with self.assertRaises(UserError):
            wizard.create({"addresses": "x"})._get_addresses()
        own = Device(f"{BASE}own")
        device = self._register(own, self.user.partner_id)
        test = wizard.create({"addresses": "anything"})
        self.assertEqual(test._get_addresses(), [f"device:{device.id}"])
        sink = Sink()
        self.patch(
            self.env.registry["delivery.provider"], "_get_adapter", lambda p: sink
        )
        with self.enter_registry_test_mode():
            self.env["email.campaign"]._pump_send_test(
                campaign.id, None, self.push_provider.id, test._get_addresses()
            )
        [message] = sink.messages
        self.assertTrue(own.read(message.data)["title"].startswith("[Test]"))
        note = campaign.message_ids[0].body
        self.assertNotIn("googleapis", note, "an address is a secret")
