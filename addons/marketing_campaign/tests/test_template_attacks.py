from lxml import html as lxml_html

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from . import template_attacks as attacks
from .template_common import FakeLinks, TemplateCase

PLAIN_FIELDS = ("subject_template", "preview_text", "text_content")
HTML_FIELDS = ("html_content", "body_arch")
# what is left of these without their braces is a correct condition
HARMLESS = ("first_name", "(first_name)", "first_name or email")
SIGNS = ("<script", "<iframe", "<form", "<object", "<embed", "<base", "onclick")
SIGNS += ("onerror", "refresh", "javascript:", "srcdoc")


@tagged("post_install", "-at_install")
class TestTemplateAttacks(TemplateCase):
    """Each known escape is refused, or is plain text for the reader."""

    def test_there_are_more_than_a_hundred(self):
        self.assertGreater(len(attacks.EXPRESSIONS), 100)

    def test_expressions_in_plain_fields(self):
        template = self._create()
        for field in PLAIN_FIELDS:
            for name, payload in attacks.EXPRESSIONS.items():
                self._refuse(template, {field: f"Hello {payload}"}, name)

    def test_expressions_in_the_body(self):
        template = self._create()
        for field in HTML_FIELDS:
            for name, payload in attacks.EXPRESSIONS.items():
                quoted = payload.replace("'", "&#39;").replace('"', "&quot;")
                for html in (
                    f"<p>Hello {payload}</p>",
                    f'<a href="{quoted}">x</a>',
                    f'<img src="/x.png" alt="{quoted}">',
                    f'<p style="color:{quoted}">x</p>',
                ):
                    self._refuse(template, {field: html}, name)

    def test_expressions_hidden_in_entities(self):
        template = self._create()
        for name, payload in attacks.ENCODED.items():
            self._refuse(template, {"html_content": f"<p>{payload}</p>"}, name)

    def test_expressions_as_attributes_of_tags(self):
        template = self._create()
        for name, payload in attacks.EXPRESSIONS.items():
            code = payload.strip("{}%# ").replace('"', "").replace("<", "")
            if code in HARMLESS:
                continue
            for attribute in ("data-mm-if", "data-mm-tag", "data-mm-href"):
                html = f'<a {attribute}="{code}" href="#">x</a>'
                self._refuse(template, {"html_content": html}, name)
            if code:
                html = f'<b data-mm-tag="city" data-mm-filter="{code}">x</b>'
                self._refuse(template, {"html_content": html}, name)

    def test_conditions_and_repeats(self):
        template = self._create()
        for attribute, payloads in (
            ("data-mm-if", attacks.CONDITIONS),
            ("data-mm-for", attacks.REPEATS),
        ):
            for name, payload in payloads.items():
                quoted = payload.replace("<", "&lt;").replace('"', "&quot;")
                html = f'<p {attribute}="{quoted}">x</p>'
                self._refuse(template, {"html_content": html}, name, "Body")

    def test_links(self):
        template = self._create()
        for name, link in attacks.LINKS.items():
            quoted = link.replace("<", "&lt;").replace("\n", "&#10;")
            html = f'<p><a href="{quoted}">x</a></p>'
            with self.subTest(name):
                try:
                    template.write({"html_content": html})
                except ValidationError as error:
                    self.assertIn("Body", str(error))
                    continue
                # the sanitiser has taken the address away
                page = lxml_html.document_fromstring(self._render(template))
                hrefs = page.xpath("//a[text()='x']/@href")
                self.assertFalse([href for href in hrefs if "evil" in href])
                self.assertFalse([href for href in hrefs if "script:" in href])

    def test_markup(self):
        template = self._create()
        for name, markup in attacks.MARKUP.items():
            with self.subTest(name):
                try:
                    template.write({"html_content": f"<p>a</p>{markup}"})
                except ValidationError:
                    continue
                html = self._render(template).lower()
                self.assertFalse([sign for sign in SIGNS if sign in html], name)

    def test_a_fallback_is_only_text(self):
        """The fallback of a tag is shown as it is, inside a block and outside."""
        code = "self.__init__ lipsum|attr('x') range(9)"
        chip = f'<span data-mm-tag="city" data-mm-default="{code}">x</span>'
        html = f"<p>{chip}</p><p data-mm-if='not city'>[{chip}]</p>"
        rendered = self._render(self._create(html_content=html))
        self.assertEqual(rendered.count(code.replace("'", "&#39;")), 2)

    def test_values_are_only_text(self):
        """What customers write about themselves is never read as code or markup."""
        html = (
            '<p><span data-mm-tag="first_name">x</span></p>'
            '<p data-mm-if="first_name">[<span data-mm-tag="first_name">x</span>]</p>'
        )
        template = self._create(subject_template="{{ first_name }}", html_content=html)
        compiled = template._compile()
        for name, payload in {**attacks.EXPRESSIONS, **attacks.MARKUP}.items():
            with self.subTest(name):
                context = {**dict.fromkeys(compiled.tags), "first_name": payload}
                content = compiled.render(context, FakeLinks())
                self.assertEqual(content.subject, " ".join(payload.split()))
                page = lxml_html.document_fromstring(content.html)
                texts = [" ".join(p.text_content().split()) for p in page.xpath("//p")]
                self.assertEqual(texts[0], " ".join(payload.split()))
                self.assertEqual(len(page.xpath("//p")), 2)

    def test_bulk_write_import_copy_and_campaign_lines(self):
        """Every way in is the same door."""
        template = self._create()
        payload = attacks.EXPRESSIONS["lipsum globals"]
        result = self.templates.load(
            ["name", "subject_template"], [["Imported", f"Hi {payload}"]]
        )
        self.assertTrue(result["messages"])
        self.assertFalse(result["ids"])
        with self.assertRaises(ValidationError):
            template.copy({"preview_text": payload})
        with self.assertRaises(ValidationError):
            template.web_save({"text_content": payload}, {"name": {}})

    def _refuse(self, template, values, name, place=""):
        with self.subTest(name), self.assertRaises(ValidationError) as error:
            template.write(values)
        self.assertIn(place, str(error.exception))

    def _render(self, template):
        template.invalidate_recordset()
        compiled = template._compile()
        return compiled.render(dict.fromkeys(compiled.tags), FakeLinks()).html
