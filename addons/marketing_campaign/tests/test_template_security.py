from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged

from .template_common import FakeLinks, TemplateCase


@tagged("post_install", "-at_install")
class TestTemplateSecurity(TemplateCase):
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
            {
                "create",
                "write",
                "copy_data",
                "action_check",
                "action_preview",
                "action_use_design",
                "get_merge_tags",
            },
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
        shared = self.env["email.template.marketing"].create(
            {"name": "For all", "subject_template": "Hello", "company_id": False}
        )
        self.assertTrue(shared.with_user(self.marketer).name)
        with self.assertRaises(AccessError):
            shared.with_user(self.marketer).name = "Mine"
        manager = new_test_user(
            self.env, "mm_manager", "base.group_user,marketing_base.group_manager"
        )
        shared.with_user(manager).name = "Ours"
