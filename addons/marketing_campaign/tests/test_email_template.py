from unittest.mock import patch

from lxml import html as lxml_html

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .template_common import FakeLinks, TemplateCase

CONSTRUCTS = """
<div class="o_layout"><section class="s_text_block">
<p>Hi <span data-mm-tag="first_name" data-mm-default="t'h&quot;e&lt;re" contenteditable="false" class="o_mm_tag">First name</span></p>
<p data-mm-if="total_orders &gt;= 3 and city != 'A &amp; B'">Often here</p>
<table><tbody><tr data-mm-for="item in products" data-mm-if="item.price &lt; 9"><td><a href="#" data-mm-href="item.url"><span data-mm-tag="item.name">n</span></a></td></tr></tbody></table>
<a href="mm://shop/new?a=1&amp;b=2">shop</a> <a href="mm://view">v</a> <a href="mm://unsubscribe">u</a>
<a href="https://example.com/?q=%20x&amp;y=é">web</a>
</section></div>
"""  # noqa: E501 (one line of HTML is one construct)


@tagged("post_install", "-at_install")
class TestEmailTemplate(TemplateCase):
    def test_constructs_survive_two_saves(self):
        template = self._create(html_content=CONSTRUCTS)
        first = str(template.html_content)
        arch = str(template.body_arch)
        template.invalidate_recordset()
        template.write({"html_content": first, "body_arch": arch})
        template.invalidate_recordset()
        self.assertEqual(str(template.html_content), first)
        self.assertEqual(str(template.body_arch), arch)
        before, after = (
            [
                sorted(element.attrib.items())
                for element in lxml_html.fragment_fromstring(text, "div").iter()
                if element.tag in ("span", "a", "tr", "p")
            ]
            for text in (CONSTRUCTS, first)
        )
        self.assertEqual(
            [dict(pair) for pair in before if pair][:3],
            [dict(pair) for pair in after if pair][:3],
        )
        for construct in (
            'data-mm-for="item in products"',
            'data-mm-href="item.url"',
            'href="mm://shop/new?a=1&amp;b=2"',
            'href="mm://unsubscribe"',
        ):
            self.assertIn(construct, first)

    def test_rendering_is_the_same_after_each_save(self):
        template = self._create(html_content=CONSTRUCTS)
        contents = []
        for __ in range(3):
            compiled = template._compile()
            context = {**dict.fromkeys(compiled.tags), "total_orders__raw": 3}
            contents.append(compiled.render(context, FakeLinks()))
            template.invalidate_recordset()
            template.html_content = str(template.html_content)
        self.assertEqual(contents[0], contents[1])
        self.assertEqual(contents[0], contents[2])

    def test_unknown_tag_is_refused_with_suggestions(self):
        for values in (
            {"subject_template": "Hi {{ firstname }}"},
            {"preview_text": "Hi {{ frist_name }}"},
            {"text_content": "one\ntwo {{ first_nam }}"},
            {"html_content": '<p>a</p>\n<p><span data-mm-tag="fist_name">x</span></p>'},
        ):
            with self.subTest(values), self.assertRaises(ValidationError) as error:
                self._create(**values)
            self.assertIn("first_name", str(error.exception))

    def test_error_names_the_place(self):
        with self.assertRaises(ValidationError) as error:
            self._create(text_content="one\ntwo\nthree {{ nobody_knows }}")
        self.assertIn("Plain text, line 3", str(error.exception))
        with self.assertRaises(ValidationError) as error:
            self._create(html_content="<p>a</p>\n<p>b</p>\n<p>c {{ x }}</p>")
        self.assertIn("Body, line 3, near", str(error.exception))
        with self.assertRaises(ValidationError) as error:
            self._create(subject_template="a {{ first_name.x }}")
        self.assertIn("Subject, near", str(error.exception))

    def test_100_kb_limit(self):
        fits = "<p>" + "x" * (100 * 1024 - 7) + "</p>"
        template = self._create(html_content=fits, template_type="transactional")
        for name, value in (
            ("html_content", fits + "x"),
            ("html_content", "<p>" + "é" * 52000 + "</p>"),
            ("text_content", "x" * 102401),
        ):
            with self.subTest(name), self.assertRaises(ValidationError) as error:
                template.write({name: value})
            self.assertIn("KB", str(error.exception))

    def test_many_tags_never_reach_the_sanitiser(self):
        path = "odoo.orm.fields_textual.html_sanitize"
        with patch(path) as sanitize, self.assertRaises(ValidationError):
            self._create(html_content="<" * 40000)
        sanitize.assert_not_called()

    def test_deep_nesting_is_refused_or_flattened(self):
        html = "<div>" * 3000 + "x" + "</div>" * 3000
        try:
            self._create(html_content=html)
        except ValidationError as error:
            self.assertIn("Body", str(error))

    def test_control_characters(self):
        for value in ("a\x00b", "a\x0bb", "a\ud800b"):
            with self.subTest(value.encode("unicode_escape")):
                with self.assertRaises(ValidationError):
                    self._create(html_content=f"<p>{value}</p>")
                with self.assertRaises(ValidationError):
                    self._create(text_content=value)

    def test_long_subject(self):
        with self.assertRaises(ValidationError):
            self._create(subject_template="x" * 251)

    def test_marketing_always_carries_unsubscribe_and_address(self):
        self.company.marketing_postal_address = "1 High Street\nTown"
        template = self._create()
        self.assertTrue(template._compile().has_unsubscribe)
        self.assertIn("company_address", template._compile().tags)
        template.template_type = "transactional"
        self.assertFalse(template._compile().has_unsubscribe)

    def test_styles_are_inlined(self):
        template = self._create(
            html_content="<style>.a{color:red}@media (max-width:9px){.a{color:blue}}"
            '</style><p class="a">x</p>'
        )
        self.assertIn("color: red", str(template.html_content).replace(":red", ": red"))
        html = template._compile().render(
            dict.fromkeys(template._compile().tags), FakeLinks()
        )
        head, __, body = html.html.partition("</head>")
        self.assertIn("max-width:", head)
        self.assertIn("9px", head)
        self.assertNotIn("<style", body)

    def test_each_half_of_the_body_fills_the_other(self):
        template = self._create(html_content="<p>New</p>")
        self.assertIn("o_mail_wrapper_td", str(template.body_arch))
        self.assertIn("<p>New</p>", str(template.body_arch))
        template.body_arch = "<p>Arch</p>"
        self.assertEqual(str(template.html_content), "<p>Arch</p>")

    def test_change_is_seen_in_the_same_transaction(self):
        template = self._create(html_content="<p>One</p>")
        first = template._compile()
        self.assertIs(first, template._compile())
        template.html_content = "<p>Two</p>"
        context = dict.fromkeys(template._compile().tags)
        self.assertIn("Two", template._compile().render(context, FakeLinks()).html)

    def test_subject_of_a_campaign_replaces_the_template(self):
        template = self._create()
        compiled = template._compile(subject="Only {{ city or 'here' }}", preview="P")
        content = compiled.render(dict.fromkeys(compiled.tags), FakeLinks())
        self.assertEqual(content.subject, "Only here")
        self.assertIn(">P&#847;", content.html)

    def test_renderer_explains_a_broken_template(self):
        template = self._create()
        with self.assertRaises(UserError) as error:
            template._get_renderer(subject="{{ nope }}")
        self.assertIn("nope", str(error.exception))

    def test_untracked_campaign(self):
        template = self._create(html_content='<a href="https://a.example/x">A</a>')
        renderer = template._get_renderer(self.company, opens=False, clicks=False)
        context = dict.fromkeys(renderer.compiled.tags)
        html = renderer.render(None, context, FakeLinks()).html
        self.assertIn('href="https://a.example/x"', html)
        self.assertNotIn("/o/r1.gif", html)
        self.assertIn("/u/r1", html)

    def test_shop_links_lead_to_the_website_of_the_company(self):
        template = self._create(html_content='<a href="mm://shop/x">A</a>')
        self.company.website = "https://shop.example.com/"
        self.assertEqual(template._compile().links, ("https://shop.example.com/x",))
        self.company.website = False
        base_url = self.company.get_base_url()
        self.assertEqual(template._compile().links, (f"{base_url}/x",))

    def test_supplied_templates(self):
        newsletter = self.env.ref("marketing_campaign.template_favourite_category")
        compiled = newsletter._compile()
        self.assertEqual(len(compiled.links), 9)
        self.assertTrue(compiled.has_unsubscribe)
        self.assertLessEqual(
            {"first_name", "favourite_category", "company_address"}, compiled.tags
        )

    def test_copy_and_tags_shown(self):
        template = self._create(
            html_content='<p><span data-mm-tag="city">x</span></p>',
            template_type="transactional",
        )
        self.assertEqual(template.merge_tags, "city")
        copy = template.copy()
        self.assertEqual(copy.name, "Test (copy)")
        self.assertEqual(copy.html_content, template.html_content)

    def test_tags_for_the_editor(self):
        tags = {tag["key"]: tag for tag in self.templates.get_merge_tags()}
        self.assertEqual(tags["first_name"]["label"], "First name")
        self.assertEqual(
            [field["key"] for field in tags["products"]["fields"]],
            ["name", "category", "price", "url"],
        )
        self.assertEqual(tags["unsubscribe_url"]["kind"], "link")
        for tag in tags.values():
            self.assertTrue(tag["help"] or tag["kind"] == "url", tag["key"])

    def test_tags_show_their_samples_as_a_mail_does(self):
        tags = {tag["key"]: tag for tag in self.templates.get_merge_tags()}
        self.assertEqual(tags["last_order_date"]["sample"], "March 14, 2026")
        self.assertIn("312.40", tags["total_spent"]["sample"])
        self.assertEqual(tags["rfm_segment"]["sample"], "Champions")
        self.assertEqual(tags["products"]["sample"], "")
