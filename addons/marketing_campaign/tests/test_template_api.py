from odoo.tests import HttpCase, tagged

from odoo.addons.marketing_base.tests.api_common import ApiMixin

from ..controllers.api_templates import CATEGORIES, TYPES
from .campaign_common import CampaignCase

TEMPLATES = "/api/v1/templates"
NEW = {
    "name": "Spring",
    "subject_template": "Hello {{ first_name or 'you' }}",
    "html_content": '<p>Dear <span data-mm-tag="first_name">x</span></p>',
}


@tagged("post_install", "-at_install")
class TestTemplateApi(ApiMixin, CampaignCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company_a, cls.company_b = cls.company, cls.other_company
        groups = {"user": "user", "manager": "manager", "analyst": "analyst"}
        cls.users = {
            role: cls._create_user(f"mmk_api_{role}", f"marketing_base.group_{group}")
            for role, group in groups.items()
        }
        cls.key, cls.token = cls.make_key("user")
        cls.path = f"{TEMPLATES}/{cls.template.id}"

    def get(self, path, token=None):
        return self.call("GET", path, token=token or self.token)

    def create(self, values, name="a", token=None):
        headers = {"Idempotency-Key": name} if name else {}
        token = token or self.token
        return self.call("POST", TEMPLATES, token=token, body=values, headers=headers)

    def change(self, values, version="*", token=None, path=None):
        headers = {"If-Match": version} if version else {}
        path, token = path or self.path, token or self.token
        return self.call("PATCH", path, token=token, body=values, headers=headers)

    def test_the_choices_are_those_of_the_model(self):
        fields = self.env["email.template.marketing"]._fields
        self.assertEqual(list(TYPES), fields["template_type"].get_values(self.env))
        self.assertEqual(list(CATEGORIES), fields["category"].get_values(self.env))

    def test_read(self):
        shared = self.template.copy({"company_id": False, "template_type": "system"})
        self.template.copy({"active": False})
        page = self.get(f"{TEMPLATES}?limit=200").json()["data"]
        mine = [t for t in page if not t["is_system"]]
        self.assertEqual([t["id"] for t in mine], [shared.id, self.template.id])
        self.assertTrue(any(t["is_system"] for t in page), "the supplied designs")
        self.assertNotIn("html_content", page[0])
        page = self.get(f"{TEMPLATES}?template_type=system").json()["data"]
        self.assertEqual([t["id"] for t in page], shared.ids)
        template = self.get(self.path).json()
        self.assertEqual(template["html_content"], self.template.html_content)
        self.assertIn("first_name", template["merge_tags"])
        self.assertIsNone(template["text_content"])

    def test_pages(self):
        for number in range(3):
            self.template.copy({"name": f"Page {number}"})
        seen, path = [], f"{TEMPLATES}?limit=2"
        while path:
            page = self.get(path).json()
            seen += [template["id"] for template in page["data"]]
            path = page["next"]
        self.assertEqual(seen, sorted(set(seen), reverse=True))
        self.assertIn(self.template.id, seen)

    def test_create(self):
        answer = self.create(
            {**NEW, "category": "loyalty", "preview_text": "New", "description": None}
        )
        self.assertEqual(answer.status_code, 201, answer.text)
        created = answer.json()
        self.assertEqual(
            answer.headers["Location"], f"{TEMPLATES}/{created['id']}", answer.headers
        )
        template = self.env["email.template.marketing"].browse(created["id"])
        self.assertEqual(template.company_id, self.company)
        self.assertEqual(template.create_uid, self.users["user"])
        self.assertEqual((template.category, template.is_system), ("loyalty", False))
        self.assertIn('data-mm-tag="first_name"', template.body_arch, "the editor's")
        self.assertEqual(self.get(f"{TEMPLATES}/{template.id}").json(), created)
        again = self.create(
            {**NEW, "category": "loyalty", "preview_text": "New", "description": None}
        )
        self.assertEqual(again.json(), created)
        self.assertEqual(again.headers["Idempotency-Replayed"], "true")

    def test_what_the_editor_refuses_is_refused(self):
        count = self.env["email.template.marketing"].search_count([])
        chip = '<p><span data-mm-tag="{}">x</span></p>'
        for number, (values, detail) in enumerate(
            (
                ({"html_content": "<p>{{ first_name }}</p>"}, "Body, line 1"),
                ({"html_content": "<p>a</p>{% if x %}"}, "Body, line 1"),
                ({"html_content": chip.format("password")}, "password"),
                ({"html_content": "<p>" * 9000}, "<"),
                ({"html_content": "<p>\u0001</p>"}, "control character"),
                ({"subject_template": "{{ 7 * 7 }}"}, "Subject"),
                ({"subject_template": "{{ first_name.__class__ }}"}, "Subject"),
                ({"text_content": "{% for x in y %}"}, "Plain text"),
                ({"preview_text": "{{ nothing }}"}, "Preview text"),
            )
        ):
            with self.subTest(values=values):
                answer = self.create({**NEW, **values}, f"n{number}")
                self.assertProblem(answer, 422)
                self.assertIn(detail, answer.json()["detail"])
                self.assertProblem(self.change(values), 422)
        for values, pointer in (
            ({"name": " "}, "#/name"),
            ({"template_type": "spam"}, "#/template_type"),
            ({"category": "spam"}, "#/category"),
            ({"html_content": None}, "#/html_content"),
            ({"company_id": self.other_company.id}, "#"),
            ({"is_system": True}, "#"),
            ({"body_arch": "<p>other</p>"}, "#"),
        ):
            with self.subTest(values=values):
                problem = self.assertProblem(self.create({**NEW, **values}, "x"), 400)
                self.assertEqual(problem["errors"][0]["pointer"], pointer)
        self.assertProblem(self.create({"name": "Half"}, "y"), 400)
        self.assertProblem(self.create(NEW, None), 400, "Idempotency-Key")
        found = self.env["email.template.marketing"].search_count([])
        self.assertEqual(found, count)

    def test_scripts_do_not_come_back(self):
        body = (
            '<p onclick="x()">a</p><script>y()</script><a href="javascript:z()">b</a>'
        )
        answer = self.create({**NEW, "html_content": body})
        self.assertEqual(answer.status_code, 201, answer.text)
        html = answer.json()["html_content"]
        for bad in ("script", "onclick"):
            self.assertNotIn(bad, html)

    def test_change_the_version_that_was_read(self):
        version = self.get(self.path).headers["ETag"]
        body = '<p style="color: red">Changed</p>'
        answer = self.change({"html_content": body, "preview_text": None}, version)
        self.assertEqual(answer.status_code, 200, answer.text)
        self.assertIn("first_name", answer.json()["merge_tags"], "the subject has it")
        self.template.invalidate_recordset()
        self.assertIn("Changed", self.template.body_arch, "the editor shows the same")
        lost = self.change({"name": "Lost"}, version)
        self.assertProblem(lost, 412)
        self.assertEqual(lost.headers["ETag"], answer.headers["ETag"])
        self.assertProblem(self.change({"name": "Lost"}, None), 428)
        self.assertProblem(self.change({}), 400)
        self.assertEqual(self.template.name, "Autumn")

    def test_supplied_and_shared_templates(self):
        supplied = self.env["email.template.marketing"].search(
            [("is_system", "=", True)], limit=1
        )
        path = f"{TEMPLATES}/{supplied.id}"
        _key, manager = self.make_key("manager")
        answer = self.change({"name": "Mine"}, token=manager, path=path)
        self.assertProblem(answer, 422, "supplied design")
        shared = self.template.copy({"company_id": False})
        path = f"{TEMPLATES}/{shared.id}"
        self.assertProblem(self.change({"name": "Mine"}, path=path), 403)
        answer = self.change({"name": "Ours"}, token=manager, path=path)
        self.assertEqual(answer.json()["name"], "Ours")

    def test_another_company_and_a_reader(self):
        _key, token = self.make_key(company=self.other_company)
        missing = self.get(f"{TEMPLATES}/{2**31 - 1}", token)
        answer = self.get(self.path, token)
        self.assertProblem(answer, 404)
        self.assertEqual(answer.text, missing.text)
        self.assertProblem(self.change({"name": "Stolen"}, token=token), 404)
        page = self.get(f"{TEMPLATES}?limit=200", token).json()["data"]
        self.assertNotIn(self.template.id, [template["id"] for template in page])
        created = self.create(NEW, token=token).json()
        theirs = self.env["email.template.marketing"].browse(created["id"])
        self.assertEqual(theirs.company_id, self.other_company)
        _key, token = self.make_key("user", scopes=["read:templates"])
        self.assertProblem(self.create(NEW, token=token), 403)
        _key, token = self.make_key("analyst")
        self.assertEqual(self.get(self.path, token).status_code, 200)
        self.assertProblem(self.create(NEW, token=token), 403)
        self.assertProblem(self.change({"name": "x"}, token=token), 403)
