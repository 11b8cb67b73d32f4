from odoo.exceptions import UserError
from odoo.tests import tagged

from . import template_attacks as attacks
from .creative_common import CreativeCase
from .template_common import FakeLinks

FORMATS = (
    "%s %(name)s %n 100% {0} {} {0.__class__} {x!r} $name ${x} \\1 \\g<0> <%= 1 %>"
)


@tagged("post_install", "-at_install")
class TestTemplateDoors(CreativeCase):
    """Text reaches a message by more ways than the fields of its template."""

    def _render(self, campaign):
        renderer = campaign._get_renderer()
        context = campaign._get_sample_context(renderer)
        return renderer.render(None, context, FakeLinks())

    def test_the_campaigns_own_lines(self):
        campaign = self._create_campaign()
        for field in ("subject_line", "preview_text"):
            for name, payload in attacks.EXPRESSIONS.items():
                campaign.write({field: f"Hello {payload}"})
                with self.subTest(name, field=field):
                    with self.assertRaises(UserError):
                        campaign._compile()
                    self.assertTrue(campaign.content_problem)
                    self.assertFalse(campaign.content_html)
            with self.assertRaises(UserError):
                campaign.action_send_now()
            self.assertEqual(campaign.status, "draft")
            campaign[field] = False

    def test_names_and_senders_are_only_text(self):
        """What is no template is never read as one."""
        for name, payload in attacks.EXPRESSIONS.items():
            with self.subTest(name):
                campaign = self._create_campaign(name=f"A {payload}")
                campaign.from_name = f"Shop {payload}"[:200]
                self.template.sudo().description = payload
                self._render(campaign)
                self.assertIn(payload[:50], campaign.from_name)

    def test_creatives_are_only_text(self):
        for name, payload in {**attacks.EXPRESSIONS, **attacks.MARKUP}.items():
            payload = " ".join(payload.split())[:70]
            self.ham.write({"headline": payload, "body": payload, "cta_text": payload})
            campaign = self._create_tested(self.ham)
            with self.subTest(name):
                html = self._render(campaign).html
                if "<" in payload:
                    self.assertNotIn(payload, html)
                else:
                    self.assertIn(payload.replace("'", "&#39;"), html)

    def test_links_of_creatives(self):
        for name, link in attacks.LINKS.items():
            with self.subTest(name), self.assertRaises(UserError):
                self.ham.cta_url = link

    def test_no_field_has_translations(self):
        """A translation would be a second text that nobody has checked."""
        for model in ("email.template.marketing", "email.campaign", "email.creative"):
            fields = self.env[model]._fields.values()
            self.assertFalse([field.name for field in fields if field.translate])

    def test_format_strings_are_only_text(self):
        """Neither Python's formats nor those of others have a meaning."""
        template = self.template.sudo().copy(
            {
                "subject_template": FORMATS,
                "html_content": f"<p>{FORMATS.replace('<', '&lt;')}</p>",
                "text_content": FORMATS,
            }
        )
        content = self._render(self._create_campaign(template_id=template.id))
        self.assertEqual(content.subject, FORMATS)
        self.assertIn(FORMATS, content.text)
        escaped = FORMATS.replace("<", "&lt;").replace(">", "&gt;")
        self.assertIn(f"<p>{escaped}</p>", content.html)
