from psycopg2.errors import CheckViolation, UniqueViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user
from odoo.tools import SQL, mute_logger

from odoo.addons.marketing_base.events import insert_events

from .common import MarketingCase

ANN = "ann@example.com"


class TestIdentity(MarketingCase):
    def setUp(self):
        super().setUp()
        self.identities = self.env["marketing.identity"]
        self.ann = self.env["res.partner"].create(
            {
                "name": "Ann Lee",
                "email": ANN,
                "phone": "+32470123456",
                "street": "Main Street 1",
                "comment": "likes blue",
            }
        )

    def canonical(self, partner_id):
        query = SQL("SELECT %s", self.identities._canonical_sql(SQL("%s", partner_id)))
        return self.env.execute_query(query)[0][0]

    def merge(self, sources, target):
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (sources | target).ids, target, extra_checks=False
        )

    def test_an_id_means_itself(self):
        self.assertEqual(self.canonical(self.ann.id), self.ann.id)

    def test_chains_of_merges_are_followed(self):
        names = [{"name": name} for name in "BCDE"]
        second, third, fourth, fifth = self.env["res.partner"].create(names)
        ids = [self.ann.id, second.id, third.id, fourth.id]
        self.merge(self.ann, second)
        self.merge(second | third, fourth)
        self.merge(fourth, fifth)
        for partner_id in ids:
            self.assertEqual(self.canonical(partner_id), fifth.id)
        self.assertEqual(set(self.identities._get_all_ids(fifth.ids)), {*ids, fifth.id})

    def test_events_of_merged_customers_are_found_under_the_kept_one(self):
        twin = self.env["res.partner"].create({"name": "Twin"})
        events = [
            self.new_event("i1", partner_id=self.ann.id),
            self.new_event("i2", partner_id=twin.id),
        ]
        insert_events(self.env.cr, events)
        self.merge(twin, self.ann)
        found = self.env["marketing.event"].search([("customer_id", "=", self.ann.id)])
        self.assertEqual(set(found.mapped("event_id")), {"i1", "i2"})
        self.assertEqual(found.with_user(self.users["user"]).customer_id, self.ann)

    def test_constraints(self):
        self.identities.create({"partner_id": 1})
        for values, error in (
            ({"partner_id": 1}, UniqueViolation),
            ({"partner_id": 2, "canonical_partner_id": 2}, CheckViolation),
        ):
            with self.assertRaises(error), mute_logger("odoo.sql_db"):
                self.identities.create(values)

    def test_erasure_leaves_nobody(self):
        self.ann.message_post(body="Ann Lee called from ann@example.com")
        address = self.env["res.partner"].create(
            {
                "name": "Ann at work",
                "type": "delivery",
                "parent_id": self.ann.id,
                "street": "Work Street 2",
            }
        )
        self.preferences._opt_in(
            self.company_a, ANN, partner=self.ann, source="form", ip="203.0.113.9"
        )
        self.env["mail.blacklist"]._add("Ann@example.com")
        officer = self.users["compliance"]
        self.ann.with_user(officer)._marketing_erase()
        self.env.flush_all()
        for partner in self.ann | address:
            self.assertIn("Erased customer", partner.name)
            self.assertFalse(partner.active)
            for name in ("email", "email_normalized", "phone", "phone_sanitized"):
                self.assertFalse(partner[name], name)
            self.assertFalse(partner.street or partner.comment)
            self.assertFalse(partner.message_ids)
        self.assertFalse(
            self.env["mail.blacklist"]
            .with_context(active_test=False)
            .search([("email", "=", ANN)])
        )
        self.assertEqual(self.refusal(ANN), "unsubscribed")
        self.assertEqual(self.refusal(ANN, company=self.company_b), "unsubscribed")

    def test_no_trace_of_the_address_in_any_table(self):
        self.preferences._opt_in(self.company_a, ANN, partner=self.ann, source="form")
        self.preferences._opt_out(
            self.company_a.id,
            "email",
            self.preferences._address_key("email", ANN),
            source="link",
            reason=f"I am {ANN}",
        )
        self.ann._marketing_erase()
        self.env.flush_all()
        for table in (
            "res_partner",
            "mail_message",
            "mail_tracking_value",
            "mail_blacklist",
            "phone_blacklist",
            "email_subscription_preference",
            "marketing_event",
            "marketing_identity",
        ):
            self.env.cr.execute(
                SQL(
                    "SELECT count(*) FROM %s t WHERE to_jsonb(t)::text ILIKE %s",
                    SQL.identifier(table),
                    f"%{ANN}%",
                )
            )
            self.assertEqual(self.env.cr.fetchone()[0], 0, table)

    def test_erasure_cuts_the_identity_and_keeps_every_count(self):
        twin = self.env["res.partner"].create({"name": "Twin"})
        twin_id = twin.id
        traces = {"ip": "203.0.113.0", "user_agent": "X", "link": 3}
        events = [
            self.new_event(f"z{n}", partner_id=partner_id, properties=traces)
            for n, partner_id in enumerate((self.ann.id, twin_id, twin_id))
        ]
        insert_events(self.env.cr, events)
        self.merge(twin, self.ann)
        self.assertEqual(self.canonical(twin_id), self.ann.id)
        self.ann._marketing_erase()
        self.env.cr.execute(
            "SELECT partner_id, properties FROM marketing_event WHERE event_id ~ '^z'"
        )
        rows = self.env.cr.fetchall()
        self.assertEqual(len(rows), 3)
        self.assertEqual({row[0] for row in rows}, {self.ann.id, twin_id})
        self.assertEqual([row[1] for row in rows], [{"link": 3}] * 3)
        self.assertEqual(self.canonical(twin_id), twin_id, "the link is cut")
        identities = self.identities.search(
            [("partner_id", "in", [self.ann.id, twin_id])]
        )
        self.assertEqual(len(identities), 2)
        self.assertTrue(all(identities.mapped("erased_at")))

    def test_erasing_twice_changes_nothing(self):
        self.ann._marketing_erase()
        name = self.ann.name
        self.ann._marketing_erase()
        self.assertEqual(self.ann.name, name)

    def test_colleagues_of_a_company_are_other_persons(self):
        firm = self.env["res.partner"].create({"name": "Firm", "is_company": True})
        colleague = self.env["res.partner"].create(
            {"name": "Bob", "parent_id": firm.id, "email": "bob@example.com"}
        )
        firm._marketing_erase()
        self.assertEqual(colleague.name, "Bob")
        self.assertEqual(colleague.email, "bob@example.com")

    def test_only_compliance_officers_erase(self):
        for role in ("analyst", "user", "manager"):
            with self.assertRaises(AccessError):
                self.ann.with_user(self.users[role])._marketing_erase()
        with self.assertRaises(AccessError):
            self.ann.with_user(self.outsider)._marketing_erase()
        self.ann.with_user(self.users["administrator"])._marketing_erase()

    def test_no_erasure_across_companies(self):
        self.ann.company_id = self.company_b
        with self.assertRaises(AccessError):
            self.ann.with_user(self.users["compliance"])._marketing_erase()

    def test_staff_is_not_erased_and_portal_users_lose_their_login(self):
        with self.assertRaises(UserError):
            self.outsider.partner_id._marketing_erase()
        portal = new_test_user(self.env, "ann.portal@example.com", "base.group_portal")
        portal.partner_id._marketing_erase()
        self.assertFalse(portal.active)
        self.assertNotIn("@", portal.login)

    def test_the_wizard_erases(self):
        officer = self.users["compliance"]
        action = self.ann.with_user(officer).action_marketing_erase()
        wizard = (
            self.env[action["res_model"]]
            .with_user(officer)
            .with_context(**action["context"])
            .create({})
        )
        wizard.action_erase()
        self.assertFalse(self.ann.email)
        with self.assertRaises(AccessError):
            self.env["marketing.erasure"].with_user(self.users["manager"]).create(
                {"partner_id": self.ann.id}
            )
