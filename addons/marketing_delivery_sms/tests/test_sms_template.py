from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.marketing_campaign.tests.campaign_common import CampaignCase


@tagged("post_install", "-at_install")
class TestSmsTemplate(CampaignCase):
    @classmethod
    def _create_template(cls, text, **values):
        return cls.env["email.template.marketing"].create(
            {
                "name": "Tea",
                "channel": "sms",
                "text_content": text,
                "company_id": cls.company.id,
                **values,
            }
        )

    def _sample(self, template):
        return template._measure_sms()["text"]

    def test_tags_links_and_the_way_out(self):
        template = self._create_template(
            "{{ first_name or 'Hello' }}: mm://shop/tea and https://x.example/y"
        )
        text = self._sample(template)
        base = self.company.get_base_url()
        self.assertTrue(text.startswith(f"Anna: {base}/s/"), text)
        self.assertEqual(text.count(f"{base}/s/"), 3, "two links and the way out")
        compiled = template._compile()
        self.assertEqual(
            compiled.links, ("https://shop.example.com/tea", "https://x.example/y")
        )
        self.assertTrue(compiled.has_unsubscribe)
        self.assertEqual(template.subject_template, "Tea")
        self.assertTrue(template.snippet.startswith("Anna: "), template.snippet)

    def test_an_own_way_out_is_enough(self):
        for text in ("Tea. Leave: mm://unsubscribe", "Tea. {{ unsubscribe_url }}"):
            template = self._create_template(text)
            self.assertEqual(self._sample(template).count("/s/"), 1, text)

    def test_a_sentence_instead_of_a_link(self):
        self.company.marketing_sms_way_out = "Reply STOP to opt out"
        template = self._create_template("Tea is here")
        self.assertEqual(self._sample(template), "Tea is here\nReply STOP to opt out")
        self.assertTrue(template._shows_way_out(template._compile()))
        again = self._create_template("Tea. Reply STOP to opt out")
        self.assertEqual(self._sample(again), "Tea. Reply STOP to opt out")

    def test_service_messages_have_none(self):
        template = self._create_template("Ready", template_type="transactional")
        self.assertEqual(self._sample(template), "Ready")

    def test_mistakes_are_named(self):
        for text in ("", "  ", "{{ nonsense }}", "{% if x %}"):
            with self.assertRaises(ValidationError), self.cr.savepoint():
                self._create_template(text)

    def test_size_while_typing(self):
        templates = self.env["email.template.marketing"].with_user(self.user)
        size = templates.measure_sms("a" * 150, "transactional")
        self.assertEqual(
            (size["segments"], size["length"], size["room"]), (1, 150, 160)
        )
        self.assertGreater(templates.measure_sms("a" * 150)["length"], 150)
        self.assertIn("nonsense", templates.measure_sms("{{ nonsense }}")["problem"])
        self.assertTrue(templates.measure_sms("")["problem"])
        self.assertTrue(templates.measure_sms(False)["problem"])
        with self.assertRaises(UserError):
            templates.measure_sms("Tea", company_id=self.other_company.id)

    def test_findings(self):
        codes = {
            "a" * 400: [],
            "a" * 600: ["sms_long"],
            "ж" * 100: ["sms_alphabet"],
            "a" * 1600: ["sms_too_long"],
        }
        for text, wanted in codes.items():
            template = self._create_template(text, template_type="transactional")
            found = [finding.code for finding in template._check_content()]
            self.assertEqual(found, wanted, text[:3])
