from odoo.exceptions import AccessError

from odoo.addons.marketing_base.events import insert_events

from .common import ROLES, MarketingCase

READ = {"read"}
ALL = {"read", "write", "create", "unlink"}
EXPECTED = {
    "marketing.event": dict.fromkeys(ROLES, READ),
    "marketing.event.type": dict.fromkeys(ROLES, READ) | {"administrator": ALL},
    "marketing.event.failure": {"administrator": {"read", "unlink"}},
    "marketing.data.quality": dict.fromkeys(ROLES, READ),
    "marketing.projection": {"administrator": READ},
    "marketing.identity": {"compliance": READ, "administrator": READ},
    "email.subscription.preference": dict.fromkeys(ROLES, READ)
    | {"compliance": ALL, "administrator": ALL},
    "marketing.audit.log": {"compliance": READ, "administrator": READ},
    "email.subscription.history": dict.fromkeys(ROLES, READ),
    "marketing.topic": dict.fromkeys(ROLES, READ)
    | {"manager": ALL, "administrator": ALL},
    "marketing.erasure": {"compliance": ALL, "administrator": ALL},
    "marketing.erasure.request": dict.fromkeys(
        ("compliance", "administrator"), ALL - {"unlink"}
    ),
    "marketing.job": {"administrator": {"read", "write"}},
    "marketing.api.scope": {"administrator": READ},
    "marketing.api.key": {"administrator": ALL},
    "marketing.api.request": {"administrator": READ},
}


class TestAccess(MarketingCase):
    def granted(self, model, user):
        model = self.env[model].with_user(user)
        return {operation for operation in ALL if model.has_access(operation)}

    def test_the_matrix_of_roles(self):
        for model, by_role in EXPECTED.items():
            for role in ROLES:
                with self.subTest(model=model, role=role):
                    self.assertEqual(
                        self.granted(model, self.users[role]), by_role.get(role, set())
                    )

    def test_other_employees_and_visitors_see_nothing(self):
        for user in (self.outsider, self.env.ref("base.public_user")):
            for model in EXPECTED:
                self.assertFalse(self.granted(model, user), (model, user.login))
                with self.assertRaises(AccessError):
                    self.env[model].with_user(user).search([])

    def test_roles_imply_what_they_should(self):
        admin = self.env.ref("base.user_admin")
        self.assertTrue(admin.has_group("marketing_base.group_administrator"))
        administrator = self.users["administrator"]
        for role in ("user", "manager", "compliance"):
            self.assertTrue(administrator.has_group(f"marketing_base.group_{role}"))
        manager = self.users["manager"]
        self.assertTrue(manager.has_group("marketing_base.group_user"))
        self.assertFalse(manager.has_group("marketing_base.group_compliance"))

    def visible(self, model, domain, role="administrator", company=None):
        user = self.users[role]
        if company:
            user = self.new_user(role, company)
        return self.env[model].with_user(user).search(domain)

    def test_events_of_another_company_are_invisible(self):
        insert_events(
            self.env.cr,
            [
                self.new_event("acc-a", company_id=self.company_a.id),
                self.new_event("acc-b", company_id=self.company_b.id),
            ],
        )
        domain = [("event_id", "in", ["acc-a", "acc-b"])]
        for role in ROLES:
            events = self.visible("marketing.event", domain, role)
            self.assertEqual(events.mapped("event_id"), ["acc-a"], role)
        events = self.visible("marketing.event", domain, "user", self.company_b)
        self.assertEqual(events.mapped("event_id"), ["acc-b"])
        hidden = self.env["marketing.event"].search([("event_id", "=", "acc-b")])
        with self.assertRaises(AccessError):
            hidden.with_user(self.users["user"]).read(["event_type"])
        counted = (
            self.env["marketing.event"]
            .with_user(self.users["analyst"])
            ._read_group(domain, ["event_type"], ["__count"])
        )
        self.assertEqual(counted, [("page_view", 1)])

    def test_consents_of_another_company_are_invisible(self):
        for company in (self.company_a, self.company_b):
            self.preferences._opt_in(company, "ann@example.com", source="test")
        key = self.preferences._address_key("email", "ann@example.com")
        domain = [("address_key", "=", key)]
        for role in ROLES:
            found = self.visible("email.subscription.preference", domain, role)
            self.assertEqual(found.company_id, self.company_a, role)
        hidden = self.preferences.search(domain).filtered(
            lambda p: p.company_id == self.company_b
        )
        officer = self.users["compliance"]
        with self.assertRaises(AccessError):
            hidden.with_user(officer).write({"preferred_frequency": "low"})
        with self.assertRaises(AccessError):
            self.preferences.with_user(officer).create(
                {"email_address": "b@example.com", "company_id": self.company_b.id}
            )

    def test_a_partner_shows_the_consent_of_the_current_company(self):
        partner = self.env["res.partner"].create(
            {"name": "A", "email": "ann@example.com"}
        )
        self.preferences._opt_in(self.company_b, "ann@example.com", source="test")
        partner_a = partner.with_user(self.users["user"])
        self.assertEqual(partner_a.marketing_consent, "none")
        partner_b = partner.with_user(self.new_user("user", self.company_b))
        self.assertEqual(partner_b.marketing_consent, "subscribed")
        with self.assertRaises(AccessError):
            partner.with_user(self.outsider).read(["marketing_consent"])

    def test_identities_of_another_company_are_invisible(self):
        partners = self.env["res.partner"].create(
            [
                {"name": "A", "company_id": self.company_a.id},
                {"name": "B", "company_id": self.company_b.id},
                {"name": "C"},
            ]
        )
        self.env["marketing.identity"]._ensure(partners)
        found = self.visible(
            "marketing.identity", [("partner_id", "in", partners.ids)], "compliance"
        )
        self.assertEqual(
            set(found.mapped("partner_id")), {partners[0].id, partners[2].id}
        )
