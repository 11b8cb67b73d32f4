from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from odoo.addons.marketing_campaign.tests.campaign_common import CampaignCase
from odoo.addons.marketing_delivery.sender.adapter import (
    ACCEPTED,
    Capabilities,
    Outcome,
)


class Sink:
    capabilities = Capabilities(batch=1)

    def __init__(self):
        self.messages = []

    def connect(self):
        pass

    def submit(self, messages, begin):
        for message in messages:
            begin(message)
            self.messages.append(message)
            yield Outcome(ACCEPTED, "ok")

    def close(self):
        pass


@tagged("post_install", "-at_install")
class TestSmsCampaign(CampaignCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.country_id = cls.env.ref("base.us")
        cls.sms_provider = cls.env["delivery.provider"].create(
            {
                "name": "Text messages",
                "provider_type": "sms",
                "company_id": cls.company.id,
                "cost_per_message": 0.05,
            }
        )
        cls.sms_template = cls.env["email.template.marketing"].create(
            {
                "name": "Tea",
                "channel": "sms",
                "text_content": "{{ first_name or 'Hello' }}, tea: mm://shop/tea",
                "company_id": cls.company.id,
            }
        )
        cls.anna, cls.ben, cls.carl, cls.dora = cls._create_customers(
            "anna@x.example", "ben@x.example", "carl@x.example", "dora@x.example"
        )
        cls.anna.phone = "+1 202 555 0101"
        cls.ben.phone = "+1 202 555 0102"
        cls.carl.phone = "12"
        for partner in (cls.anna, cls.carl, cls.dora):
            cls._consent(partner)

    @classmethod
    def _consent(cls, partner):
        if partner.phone_sanitized and partner.phone_sanitized.startswith("+"):
            cls.env["email.subscription.preference"]._opt_in(
                cls.company,
                partner.phone_sanitized,
                channel="sms",
                partner=partner,
                source="test",
            )

    @classmethod
    def _create_sms(cls, **values):
        return cls._create_campaign(
            channel="sms", template_id=cls.sms_template.id, **values
        )

    def test_who_has_a_number_and_a_consent_for_it(self):
        campaign = self._create_sms()
        self._send(campaign)
        self.assertEqual(
            self._states(campaign),
            {
                self.anna: ("queued", False),
                self.ben: ("skipped", "no_consent"),
                self.carl: ("skipped", "invalid_number")
                if self.carl.phone_sanitized
                else ("skipped", "no_number"),
                self.dora: ("skipped", "no_number"),
            },
        )
        row = campaign.recipient_ids.filtered(lambda r: r.customer_id == self.anna)
        self.assertEqual((row.channel, row.email_address), ("sms", "+12025550101"))
        key = self.env["email.subscription.preference"]._address_key(
            "sms", "+12025550101"
        )
        self.assertEqual(row.address_key, key)

    def test_the_estimate_says_the_same(self):
        found = self.env["email.campaign"].get_audience_estimate(
            self.segment.ids, channel="sms"
        )
        self.assertEqual((found["audience"], found["sendable"]), (4, 1))
        self.assertEqual(self._create_sms().estimated_recipients, 1)
        by_mail = self.env["email.campaign"].get_audience_estimate(self.segment.ids)
        self.assertEqual(by_mail["sendable"], 4)

    def test_template_and_provider_are_of_the_channel(self):
        with self.assertRaises(ValidationError):
            self._create_campaign(channel="sms")
        with self.assertRaises(ValidationError):
            self._create_campaign(template_id=self.sms_template.id)
        with self.assertRaises(ValidationError):
            self._create_sms(provider_id=self.provider.id)

    def test_form_changes_over(self):
        with Form(self.env["email.campaign"]) as form:
            form.name = "Tea"
            form.template_id = self.template
            form.channel = "sms"
            self.assertFalse(form.template_id)
            self.assertEqual(form.utm_source, "sms")
            form.template_id = self.sms_template
        self.assertEqual(form.record.channel, "sms")

    def test_checks(self):
        campaign = self._create_sms()
        levels = {c["key"]: c["level"] for c in campaign.get_checklist()}
        self.assertNotIn("sender", levels, "no e-mail address is asked for")
        self.assertNotIn("blocking", levels.values())
        self.sms_provider.active = False
        texts = [
            c["text"] for c in campaign.get_checklist() if c["level"] == "blocking"
        ]
        self.assertIn("No provider sends SMS", texts[0])

    def test_preview_with_length_and_price(self):
        campaign = self._create_sms()
        self.assertIn("Anna, tea:", campaign.sms_text)
        self.assertIn("1 segment,", campaign.sms_size)
        self.assertTrue(campaign.sms_cost.startswith("0.05"), campaign.sms_cost)
        self.assertFalse(self._create_campaign().sms_text)

    def _test_form(self, campaign, numbers):
        test = self.env["email.campaign.test"].with_context(
            default_campaign_id=campaign.id
        )
        return test.create({"addresses": numbers})

    def test_a_try_goes_to_numbers(self):
        campaign = self._create_sms()
        test = self._test_form(campaign, "(202) 555-0107; +44 7911 123456")
        self.assertEqual(test._get_addresses(), ["+12025550107", "+447911123456"])
        for wrong in ("anna@x.example", "12", "", "call me"):
            with self.assertRaises(UserError):
                self._test_form(campaign, wrong)._get_addresses()

    def test_a_try_is_submitted(self):
        campaign = self._create_sms()
        sink = Sink()
        self.patch(
            self.env.registry["delivery.provider"], "_get_adapter", lambda p: sink
        )
        campaign._enqueue_test(self.env["res.partner"], ["+12025550107"])
        with self.enter_registry_test_mode():
            self.env["email.campaign"]._pump_send_test(
                campaign.id, None, self.sms_provider.id, ["+12025550107"]
            )
        [message] = sink.messages
        self.assertEqual(message.address, "+12025550107")
        self.assertIn("tea: https://shop.example.com/tea", message.data.decode())

    def test_other_companies_see_no_estimate_of_it(self):
        stranger = self._create_user(
            "mm_sms_stranger", "marketing_base.group_user", self.other_company
        )
        theirs = self.env["email.campaign"].with_user(stranger)
        with self.assertRaises(AccessError):
            theirs.get_audience_estimate(self.segment.ids, channel="sms")

    def test_links_are_tracked(self):
        campaign = self._create_sms(segment_ids=[Command.set(self.segment.ids)])
        self._send(campaign)
        links = self.env["marketing.link"].search([("campaign_id", "=", campaign.id)])
        self.assertEqual(len(links), 1)
        self.assertIn("utm_source=", links.url)
