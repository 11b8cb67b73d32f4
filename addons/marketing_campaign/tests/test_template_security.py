from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged

from .template_common import FakeLinks, TemplateCase

PAYLOADS = (
    "{{ 7*7 }}",
    "{{7*'7'}}",
    "{{ object.env.cr }}",
    "{{ object.sudo().env }}",
    "{{ user.with_user(1) }}",
    "{{ first_name.__class__ }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ first_name|attr('__class__') }}",
    "{{ first_name|attr('format') }}",
    "{{ '{0.__class__}'.format(first_name) }}",
    "{{ first_name['__class__'] }}",
    "{{ first_name.upper() }}",
    "{{ lipsum.__globals__['os'].popen('id').read() }}",
    "{{ cycler.__init__.__globals__ }}",
    "{{ joiner.__init__.__globals__ }}",
    "{{ namespace.__init__ }}",
    "{{ self.__init__.__globals__ }}",
    "{{ self._TemplateReference__context }}",
    "{{ config }}",
    "{{ request.env }}",
    "{{ get_flashed_messages.__globals__ }}",
    "{{ url_for.__globals__ }}",
    "{{ range(10**9)|list }}",
    "{{ 'a'*10**8 }}",
    "{{ first_name|map('upper')|list }}",
    "{{ first_name|safe }}",
    "{{ first_name|tojson }}",
    "{{ [].append(1) }}",
    "{{ {}.update({}) }}",
    "{{ first_name ~ email }}",
    "{{ first_name if 1 else email }}",
    "{{ (first_name) }}",
    "{{ first_name or email }}",
    "{{ }}",
    "{{ first_name",
    "{% for x in range(9) %}x{% endfor %}",
    "{% set x = 1 %}",
    "{% include '/etc/passwd' %}",
    "{% import 'os' as os %}",
    "{% extends 'x' %}",
    "{% raw %}x{% endraw %}",
    "{%- if 1 -%}x{%- endif -%}",
    "{# comment #}",
    "{{'{{'}}",
    "{{ first_name }}{% x %}",
    "{{ s0 }}",
    "{{ c0 }}",
    "{{ mm.tag }}",
)
# what is left of a payload without its braces may be a correct condition
HARMLESS = ("first_name", "(first_name)", "first_name or email")
PLAIN_FIELDS = ("subject_template", "preview_text", "text_content")
HTML_FIELDS = ("html_content", "body_arch")


@tagged("post_install", "-at_install")
class TestTemplateSecurity(TemplateCase):
    def test_payloads_in_plain_fields(self):
        template = self._create()
        for name in PLAIN_FIELDS:
            for payload in PAYLOADS:
                with (
                    self.subTest(field=name, payload=payload),
                    self.assertRaises(ValidationError),
                ):
                    template.write({name: f"Hello {payload}"})

    def test_payloads_in_the_body(self):
        template = self._create()
        for name in HTML_FIELDS:
            for payload in PAYLOADS:
                for html in (
                    f"<p>Hello {payload}</p>",
                    f'<a href="{payload}">x</a>'.replace("'", "&#39;"),
                ):
                    with (
                        self.subTest(field=name, html=html),
                        self.assertRaises(ValidationError),
                    ):
                        template.write({name: html})

    def test_payloads_as_attributes_of_tags(self):
        template = self._create()
        for payload in PAYLOADS:
            code = payload.strip("{}%# ").replace('"', "").replace("<", "")
            if code in HARMLESS:
                continue
            for attribute in ("data-mm-if", "data-mm-tag", "data-mm-href"):
                html = f'<a {attribute}="{code}" href="#">x</a>'
                with self.subTest(html), self.assertRaises(ValidationError):
                    template.write({"html_content": html})

    def test_payload_as_a_fallback_is_only_text(self):
        html = (
            '<p><span data-mm-tag="city" data-mm-default="self.__init__ [range(9)]">'
            "x</span></p>"
        )
        template = self._create(html_content=html)
        compiled = template._compile()
        context = dict.fromkeys(compiled.tags)
        self.assertIn(
            "<p>self.__init__ [range(9)]</p>",
            compiled.render(context, FakeLinks()).html,
        )

    def test_payload_as_a_value_is_only_text(self):
        template = self._create(
            subject_template="{{ first_name }}",
            html_content='<p><span data-mm-tag="first_name">x</span></p>'
            '<p data-mm-if="first_name">[<span data-mm-tag="first_name">x</span>]</p>',
        )
        value = "{{ 7*7 }}{% x %}<script>alert(1)</script>"
        compiled = template._compile()
        context = {**dict.fromkeys(compiled.tags), "first_name": value}
        content = compiled.render(context, FakeLinks())
        self.assertEqual(content.subject, value)
        self.assertIn("[{{ 7*7 }}{% x %}&lt;script&gt;", content.html)
        self.assertNotIn("<script", content.html)

    def test_scripts_do_not_survive(self):
        template = self._create(
            html_content='<p onclick="x()">a</p><script>x()</script>'
            '<iframe src="https://e.example"></iframe><form><input></form>'
            '<a href="https://a.example" onmouseover="x()">b</a>'
        )
        compiled = template._compile()
        html = compiled.render(dict.fromkeys(compiled.tags), FakeLinks()).html
        for word in ("onclick", "<script", "<iframe", "onmouseover", "<form"):
            self.assertNotIn(word, html)

    def test_rules_of_stock_mailings_are_refused(self):
        template = self._create()
        for html in (
            '<p t-out="object.name">x</p>',
            '<t t-out="object.name">x</t>',
            '<p t-if="object.id">x</p>',
            "<section data-filter-domain='[[1,1,1]]'>VIP</section>",
        ):
            with self.subTest(html), self.assertRaises(ValidationError):
                template.write({"html_content": html})

    def test_no_public_method_takes_template_text(self):
        public = {
            name
            for name in dir(type(self.templates))
            if not name.startswith("_")
            and callable(getattr(type(self.templates), name, None))
            and "marketing_campaign"
            in getattr(getattr(type(self.templates), name), "__module__", "")
        }
        self.assertLessEqual(
            public,
            {"create", "write", "copy_data", "action_preview", "get_merge_tags"},
        )

    def test_compiled_environment_has_no_tools(self):
        from ..rendering import blocks

        for environment in (blocks._HTML, blocks._TEXT):
            self.assertTrue(environment.sandboxed)
            self.assertEqual(dict(environment.globals), {})
            self.assertEqual(list(environment.filters), ["web_url"])

    def test_analyst_reads_but_does_not_write(self):
        template = self._create()
        analyst = new_test_user(
            self.env, "mm_analyst", "base.group_user,marketing_base.group_analyst"
        )
        seen = template.with_user(analyst)
        self.assertEqual(seen.name, "Test")
        with self.assertRaises(AccessError):
            seen.name = "Other"

    def test_people_without_a_role_see_nothing(self):
        template = self._create()
        nobody = new_test_user(self.env, "mm_nobody", "base.group_user")
        with self.assertRaises(AccessError):
            template.with_user(nobody).read(["name"])

    def test_two_companies(self):
        other = self.env["res.company"].create({"name": "Other Company"})
        stranger = new_test_user(
            self.env,
            "mm_stranger",
            "base.group_user,marketing_base.group_manager",
            company_id=other.id,
            company_ids=[(6, 0, other.ids)],
        )
        template = self._create()
        self.assertFalse(
            self.templates.with_user(stranger).search([("id", "=", template.id)])
        )
        with self.assertRaises(AccessError):
            template.with_user(stranger).read(["name"])

    def test_shared_templates_are_changed_by_managers_only(self):
        shared = self.env.ref("marketing_campaign.template_we_miss_you")
        self.assertTrue(shared.with_user(self.marketer).name)
        with self.assertRaises(AccessError):
            shared.with_user(self.marketer).name = "Mine"
        manager = new_test_user(
            self.env, "mm_manager", "base.group_user,marketing_base.group_manager"
        )
        shared.with_user(manager).name = "Ours"
