import base64

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from odoo.addons.marketing_campaign.tests.campaign_common import CampaignCase

PIXEL = (
    b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9"
    b"awAAAABJRU5ErkJggg=="
)


@tagged("post_install", "-at_install")
class TestPushTemplate(CampaignCase):
    @classmethod
    def _create_template(cls, **values):
        return cls.env["email.template.marketing"].create(
            {
                "name": "Tea",
                "channel": "push",
                "subject_template": "Tea, {{ first_name or 'friend' }}",
                "text_content": "It is here",
                "company_id": cls.company.id,
                **values,
            }
        )

    def _render(self, template):
        renderer = template._get_renderer()
        return template._render_sample(renderer)

    def test_title_text_and_link(self):
        template = self._create_template(push_url="mm://shop/tea")
        content = self._render(template)
        self.assertEqual((content.subject, content.text), ("Tea, Anna", "It is here"))
        self.assertEqual(content.url, "https://shop.example.com/tea")
        self.assertEqual(template._compile().links, ("https://shop.example.com/tea",))
        self.assertTrue(template._shows_way_out(template._compile()))

    def test_without_a_link_it_leads_to_the_shop(self):
        content = self._render(self._create_template())
        self.assertEqual(content.url, "https://shop.example.com")

    def test_several_lines_and_a_link_in_the_text(self):
        template = self._create_template(
            text_content="One\n\nTwo https://x.example/a",
            push_url="https://y.example/b",
        )
        content = self._render(template)
        self.assertEqual(content.text, "One\n\nTwo https://x.example/a")
        self.assertEqual(content.url, "https://y.example/b")

    def test_wrong_links_are_named(self):
        for url in ("tea", "javascript:alert(1)", "ftp://x.example", "mm://nonsense"):
            with self.assertRaises(ValidationError), self.cr.savepoint():
                self._create_template(push_url=url)
        for values in ({"text_content": " "}, {"text_content": "{{ nonsense }}"}):
            with self.assertRaises(ValidationError), self.cr.savepoint():
                self._create_template(**values)

    def test_the_picture_is_reached_without_a_session(self):
        template = self._create_template(push_icon=PIXEL)
        url = self._render(template).icon
        self.assertIn("access_token=", url)
        self.assertTrue(base64.b64decode(PIXEL))
        self.assertEqual(self._render(self._create_template()).icon, "")

    def test_findings(self):
        template = self._create_template(
            subject_template="T" * 60, text_content="x" * 200
        )
        codes = [finding.code for finding in template._check_content()]
        self.assertEqual(codes, ["push_long", "push_long"])
        self.assertFalse(self._create_template()._check_content())
