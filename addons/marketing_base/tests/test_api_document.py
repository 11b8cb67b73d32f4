import fastjsonschema

from odoo.tests import tagged

from .api_common import ApiCase


@tagged("post_install", "-at_install")
class TestApiDocument(ApiCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.document = None

    def get_document(self):
        answer = self.call("GET", "/api/v1/openapi.json")
        self.assertEqual(answer.status_code, 200)
        return answer.json()

    def test_every_operation_is_complete(self):
        document = self.get_document()
        self.assertEqual(document["openapi"], "3.1.0")
        self.assertIn("/api/v1/consents", document["paths"])
        identifiers = []
        for path, methods in document["paths"].items():
            self.assertNotIn("<", path)
            for method, described in methods.items():
                with self.subTest(path=path, method=method):
                    identifiers.append(described["operationId"])
                    self.assertTrue(described["summary"])
                    names = {p["name"] for p in described["parameters"]}
                    for part in path.split("/"):
                        if part.startswith("{"):
                            self.assertIn(part.strip("{}"), names)
                    self.check_schemas(described)
        self.assertEqual(len(identifiers), len(set(identifiers)))

    def check_schemas(self, described):
        schemas = [p["schema"] for p in described["parameters"]]
        bodies = [described.get("requestBody", {}), *described["responses"].values()]
        for body in bodies:
            schemas += [c["schema"] for c in body.get("content", {}).values()]
        for schema in schemas:
            if "$ref" not in schema:
                fastjsonschema.compile(schema)

    def test_scopes_exist(self):
        known = set(self.env["marketing.api.scope"].search([]).mapped("name"))
        for methods in self.get_document()["paths"].values():
            for described in methods.values():
                if described["security"]:
                    self.assertIn(described["x-scope"], known)
