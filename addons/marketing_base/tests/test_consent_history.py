from psycopg2.errors import InsufficientPrivilege

from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger

from odoo.addons.marketing_base.evidence import Evidence
from odoo.addons.marketing_base.networks import cut_network

from .common import ROLES, MarketingCase

ANN = "ann@history.example"


class TestConsentHistory(MarketingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.history = cls.env["email.subscription.history"]
        cls.preference = cls.preferences._opt_in(
            cls.company_a, ANN, source="form", evidence=Evidence(text_shown="Yes")
        )

    def line(self):
        return self.history.search(
            [("address_key", "=", self.preference.address_key)], limit=1
        )

    def refuses(self, query, *values):
        with self.assertRaises(InsufficientPrivilege), mute_logger("odoo.sql_db"):
            self.env.cr.execute(query, values)

    def test_the_database_keeps_every_line(self):
        line = self.line()
        self.refuses("UPDATE email_subscription_history SET source = 'x'")
        self.refuses("DELETE FROM email_subscription_history WHERE id = %s", line.id)
        self.refuses("TRUNCATE email_subscription_history")
        self.refuses("TRUNCATE email_subscription_preference")

    def test_even_an_erasure_may_only_blank_the_person(self):
        self.env.cr.execute("SELECT set_config('marketing_base.erasure', 'on', true)")
        for change in (
            "source = 'x'",
            "is_subscribed = FALSE",
            "address_key = repeat('0', 32)",
            "email_address = 'other@example.com'",
            "text_shown = NULL",
        ):
            self.refuses(f"UPDATE email_subscription_history SET {change}")
        self.refuses("DELETE FROM email_subscription_history")
        self.env.cr.execute(
            "UPDATE email_subscription_history SET email_address = NULL WHERE id = %s",
            [self.line().id],
        )
        self.env.cr.execute("SELECT set_config('marketing_base.erasure', '', true)")

    def test_a_consent_is_never_moved_to_another_address(self):
        for change in (
            "address_key = repeat('0', 32)",
            "channel = 'sms'",
            f"company_id = {self.company_b.id}",
            "id = id + 1000000",
        ):
            self.refuses(
                f"UPDATE email_subscription_preference SET {change} WHERE id = %s",
                self.preference.id,
            )

    def test_the_orm_keeps_every_line(self):
        for change in (
            lambda: self.history.create({"source": "x"}),
            lambda: self.line().write({"source": "x"}),
            self.line().unlink,
        ):
            with self.assertRaises(UserError):
                change()

    def test_a_rolled_back_change_leaves_no_line(self):
        with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
            self.preferences._opt_out(
                self.company_a.id,
                "email",
                self.preference.address_key,
                source="one_click",
            )
            raise ZeroDivisionError
        self.assertEqual(self.line().change, "subscribed")
        self.env.cr.execute("SELECT current_setting('marketing_base.consent', true)")
        self.assertFalse(self.env.cr.fetchone()[0], "nothing leaks to the next change")

    def test_companies_and_roles(self):
        self.preferences._opt_in(self.company_b, ANN, source="form")
        domain = [("address_key", "=", self.preference.address_key)]
        for role in ROLES:
            found = self.history.with_user(self.users[role]).search(domain)
            self.assertEqual(found.company_id, self.company_a, role)
            with self.assertRaises(UserError):
                found.write({"source": "x"})
        with self.assertRaises(AccessError):
            self.history.with_user(self.outsider).search(domain)

    def test_it_is_shown_on_the_consent_and_on_the_customer(self):
        partner = self.env["res.partner"].create({"name": "Ann", "email": ANN})
        line = self.line()
        self.preferences._opt_in(self.company_b, ANN, source="form")
        user = self.users["user"]
        preference = self.preference.with_user(user)
        self.assertEqual(preference.history_ids, line.with_user(user))
        self.assertEqual(
            partner.with_user(user).marketing_history_ids, preference.history_ids
        )
        self.assertEqual(len(preference.history_ids), 1, "not the other company's")

    def test_it_is_said_in_words(self):
        self.preference._choose(shown=[], wanted=[], frequency="low")
        line = self.line()
        self.assertEqual(line.description, "Frequency: Low")
        self.assertEqual(line.source_label, "Preference Page")
        self.assertEqual(self.preference.source_label, "Website Form")

    def test_only_the_network_of_an_address_is_kept(self):
        for address, network in (
            ("203.0.113.77", "203.0.113.0/24"),
            ("203.0.113.0/24", "203.0.113.0/24"),
            ("203.0.113.77/32", "203.0.113.0/24"),
            ("203.0.0.0/16", "203.0.0.0/16"),
            ("2001:db8:1:2:3::4", "2001:db8:1::/48"),
            ("::ffff:203.0.113.77", "203.0.113.0/24"),
            ("nonsense", None),
            ("1.2.3.4/x", None),
            ("1.2.3.4/-5", "0.0.0.0/0"),
            ("", None),
            (None, None),
        ):
            self.assertEqual(cut_network(address), network, address)

    def test_many_consents_cost_few_statements(self):
        rows = [(None, f"many{number}@history.example") for number in range(2000)]
        self.preferences._address_key("email", "warm@example.com")
        before = self.env.cr.sql_log_count
        self.preferences._opt_in_many(self.company_a, rows, source="bulk")
        self.assertLess(self.env.cr.sql_log_count - before, 12)
        self.assertEqual(self.history.search_count([("source", "=", "bulk")]), 2000)

    # === STAFF ===#

    def audited(self, preference):
        return self.env["marketing.audit.log"].search(
            [("res_model", "=", preference._name), ("res_id", "=", preference.id)],
            order="id",
        )

    def test_what_staff_decides_for_a_person_is_in_the_audit_log(self):
        preference = self.preference.with_user(self.users["compliance"])
        preference.preferred_frequency = "low"
        self.assertFalse(self.audited(preference), "not a yes or a no")
        preference.action_opt_out()
        entry = self.audited(preference)
        self.assertEqual(entry.event, "consent_overridden")
        self.assertEqual(entry.changes, {"is_subscribed": [True, False]})
        self.assertEqual(entry.user_login, self.users["compliance"].login)
        self.assertFalse(entry.res_name, "an address cannot be erased from the log")
        preference.write({"is_subscribed": True, "consent_source": "Letter"})
        preference.unlink()
        self.assertEqual(
            self.audited(preference).mapped("note"), ["changed", "changed", "deleted"]
        )

    def test_an_import_is_one_entry(self):
        log = self.env["marketing.audit.log"]
        known = log.search([])
        self.preferences.with_user(self.users["compliance"]).create(
            [
                {"email_address": f"i{number}@history.example", "consent_source": "x"}
                for number in range(3)
            ]
        )
        self.assertEqual((log.search([]) - known).mapped("note"), ["created: 3"])

    def test_what_a_person_does_is_not_an_override(self):
        self.preferences._opt_out(
            self.company_a.id, "email", self.preference.address_key, source="one_click"
        )
        self.assertFalse(self.audited(self.preference))
