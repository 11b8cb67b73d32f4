import json

from odoo.tests import HttpCase, new_test_user

from .common import MarketingCase

PROBLEM = "application/problem+json"


class ApiMixin:
    """Keys of plain users, and requests as a machine sends them.

    It needs ``company_a``, ``company_b`` and the first one's ``users`` by role.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["marketing.api.key"].search([]).active = False
        cls.env.cr.execute("DELETE FROM marketing_api_bucket")

    @classmethod
    def make_key(cls, role="manager", scopes=None, company=None, **values):
        """Return (record, token) of a key of a plain user of ``role``."""
        company = company or cls.company_a
        user = cls.users[role] if company == cls.company_a else cls.b_user(role)
        known = cls.env["marketing.api.scope"].search([])
        chosen = known.filtered(lambda s: scopes is None or s.name in scopes)
        key = cls.env["marketing.api.key"].create(
            {
                "name": f"{role} {company.name}",
                "company_id": company.id,
                "user_id": user.id,
                "scope_ids": [(6, 0, chosen.ids)],
                **values,
            }
        )
        return key, key._draw()

    @classmethod
    def b_user(cls, role):
        login = f"mmb_{role}_{cls.company_b.id}"
        return cls.env["res.users"].search([("login", "=", login)]) or new_test_user(
            cls.env,
            login,
            f"marketing_base.group_{role}",
            company_id=cls.company_b.id,
            company_ids=[(6, 0, cls.company_b.ids)],
        )

    def call(self, method, path, *, token=None, body=None, headers=None, data=None):
        headers = dict(headers or {})
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if body is not None:
            data = json.dumps(body)
        if data is not None:
            headers.setdefault("Content-Type", "application/json")
        return self.url_open(
            path, data=data, headers=headers, method=method, allow_redirects=False
        )

    def assertProblem(self, answer, status, detail=""):
        self.assertEqual(answer.status_code, status, answer.text)
        self.assertEqual(answer.headers["Content-Type"], PROBLEM)
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        self.assertNotIn("Set-Cookie", answer.headers)
        problem = answer.json()
        self.assertEqual(problem["status"], status)
        self.assertTrue(problem["title"])
        self.assertIn(detail, answer.text)
        return problem


class ApiCase(ApiMixin, MarketingCase, HttpCase):
    pass
