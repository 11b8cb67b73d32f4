import time

from psycopg2.errors import CheckViolation, UniqueViolation

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tools import mute_logger

from .common import MarketingCase

ANN = "ann@example.com"


class TestConsent(MarketingCase):
    def opt_in(self, address=ANN, company=None, **values):
        return self.preferences._opt_in(
            company or self.company_a, address, **{"source": "form", **values}
        )

    def opt_out(self, address=ANN, company=None, known=None, **values):
        return self.preferences._opt_out(
            (company or self.company_a).id,
            "email",
            self.preferences._address_key("email", address),
            **{"source": "link", "address": known, **values},
        )

    def blacklisted(self, address=ANN):
        return bool(self.env["mail.blacklist"].search([("email", "=", address)]))

    def test_opt_in_records_the_evidence(self):
        partner = self.env["res.partner"].create({"name": "Ann", "email": ANN})
        preference = self.opt_in(" Ann@Example.com ", partner=partner, ip="203.0.113.9")
        self.assertTrue(preference.is_subscribed)
        self.assertEqual(preference.email_address, ANN)
        self.assertEqual(preference.partner_id, partner)
        self.assertEqual(preference.consent_source, "form")
        self.assertEqual(preference.consent_ip_address, "203.0.113.0/24")
        self.assertTrue(preference.consent_given_at)
        self.assertEqual(preference.status, "subscribed")

    def test_opt_in_refuses_what_is_not_one_address(self):
        for address in (
            "",
            None,
            "ann",
            "a@b.co, c@d.co",
            "a@b.co\r\nBcc: x@y.co",
            "a@b.co\x00",
            "Ann <ann@example.com>",
            "@x",
        ):
            with self.assertRaises(ValidationError):
                self.opt_in(address)

    def test_repeated_verbs_keep_one_row(self):
        rows = [
            self.opt_in(),
            self.opt_in("ANN@example.com"),
            self.opt_out(),
            self.opt_out(),
        ]
        self.assertEqual(len({row.id for row in rows}), 1)

    def test_opt_out_without_any_row_is_remembered(self):
        preference = self.opt_out(reason="Too many")
        self.assertFalse(preference.is_subscribed)
        self.assertFalse(preference.email_address, "only the key is known")
        self.assertEqual(preference.unsubscribe_reason, "Too many")
        self.assertTrue(preference.unsubscribed_at)
        self.assertFalse(self.blacklisted())
        self.assertEqual(self.refusal(ANN), "unsubscribed")

    def test_opt_out_writes_the_blacklist_when_the_address_is_known(self):
        self.opt_out(known=ANN)
        self.assertTrue(self.blacklisted())

    def test_opt_out_never_blacklists_another_address(self):
        other = "bob@example.com"
        key = self.preferences._address_key("email", ANN)
        preference = self.preferences._opt_out(
            self.company_a.id, "email", key, source="link", address=other
        )
        self.assertFalse(preference.email_address)
        self.assertFalse(self.blacklisted(other))

    def test_the_first_moment_of_an_objection_stays(self):
        preference = self.opt_out()
        preference._write_server({"unsubscribed_at": "2020-01-01 00:00:00"})
        self.env.flush_all()
        self.opt_out(reason="again")
        self.assertEqual(
            fields.Datetime.to_string(preference.unsubscribed_at)[:4], "2020"
        )
        self.assertEqual(preference.unsubscribe_reason, "again")

    def test_a_fresh_consent_ends_our_own_objection(self):
        self.opt_in()
        self.opt_out(reason="Too many")
        self.assertTrue(self.blacklisted())
        preference = self.opt_in()
        self.assertFalse(preference.unsubscribed_at or preference.unsubscribe_reason)
        self.assertFalse(self.blacklisted())
        self.assertIsNone(self.refusal(ANN))

    def test_a_fresh_consent_does_not_lift_a_foreign_blacklist_entry(self):
        self.env["mail.blacklist"]._add(ANN)
        self.opt_in()
        self.opt_out()
        self.opt_in()
        self.assertEqual(self.refusal(ANN), "blacklisted")

    def test_an_objection_of_another_company_stays(self):
        self.opt_in()
        self.opt_out(company=self.company_b, known=ANN)
        self.opt_out()
        self.opt_in()
        self.assertIsNone(self.refusal(ANN))
        self.assertEqual(self.refusal(ANN, company=self.company_b), "unsubscribed")

    def test_opt_in_many_keeps_objections_and_skips_junk(self):
        self.opt_out("stop@example.com")
        self.opt_in("here@example.com")
        partner = self.env["res.partner"].create({"name": "New"})
        rows = [
            (partner.id, "New@Example.com"),
            (partner.id, "new@example.com"),
            (None, "stop@example.com"),
            (partner.id, "here@example.com"),
            (None, "two@example.com, three@example.com"),
            (None, "x@example.com\r\nBcc: y@example.com"),
            (None, "nul@example.com\x00"),
            (None, None),
            (None, False),
        ]
        self.assertEqual(
            self.preferences._opt_in_many(self.company_a, rows, source="import"), 1
        )
        self.assertEqual(self.refusal("stop@example.com"), "unsubscribed")
        self.assertIsNone(self.refusal("new@example.com"))
        here = self.preferences.search([("email_address", "=", "here@example.com")])
        self.assertEqual(here.partner_id, partner, "linked to the customer")
        self.assertEqual(here.consent_source, "form", "older evidence stays")
        self.assertEqual(
            self.preferences._opt_in_many(self.company_a, rows, source="import"), 0
        )
        self.assertEqual(
            self.preferences._opt_in_many(self.company_a, [], source="x"), 0
        )

    def test_opt_in_many_is_set_based(self):
        rows = [(None, f"many{n}@example.com") for n in range(20000)]
        self.preferences._address_key("email", "warm@example.com")
        started = time.perf_counter()
        before = self.env.cr.sql_log_count
        count = self.preferences._opt_in_many(self.company_a, rows, source="import")
        self.assertEqual(count, 20000)
        self.assertLess(self.env.cr.sql_log_count - before, 10)
        self.assertLess(time.perf_counter() - started, 10)

    def test_a_hand_made_record_gets_its_key(self):
        officer = self.users["compliance"]
        preference = self.preferences.with_user(officer).create(
            {"email_address": " ANN@Example.com", "consent_source": "Counter"}
        )
        self.assertEqual(preference.company_id, self.company_a)
        self.assertEqual(preference.email_address, ANN)
        self.assertTrue(preference.consent_given_at)
        self.assertIsNone(self.refusal(ANN))
        for address in ("ann", "a@b.co c@d.co", "", False):
            with self.assertRaises(ValidationError):
                self.preferences.with_user(officer).create({"email_address": address})

    def test_a_hand_made_objection_reaches_the_blacklist(self):
        self.preferences.with_user(self.users["compliance"]).create(
            {"email_address": ANN, "is_subscribed": False}
        )
        self.assertTrue(self.blacklisted())

    def test_server_values_cannot_be_given(self):
        preference = self.opt_in()
        for vals in (
            {"address_key": "0" * 32},
            {"unsubscribed_at": False},
            {"lifts_blacklist": True},
        ):
            with self.assertRaises(UserError):
                preference.write(vals)
            with self.assertRaises(UserError):
                self.preferences.create({"email_address": "b@example.com", **vals})

    def test_a_record_never_changes_its_address(self):
        preference = self.opt_in()
        for vals in (
            {"email_address": "b@example.com"},
            {"channel": "sms"},
            {"company_id": self.company_b.id},
        ):
            with self.assertRaises(UserError):
                preference.write(vals)

    def test_a_change_by_hand(self):
        preference = self.opt_in().with_user(self.users["compliance"])
        preference.action_opt_out()
        self.assertFalse(preference.is_subscribed)
        self.assertTrue(preference.unsubscribed_at)
        self.assertEqual(preference.status, "unsubscribed")
        self.assertTrue(self.blacklisted())
        with self.assertRaises(UserError):
            preference.write({"is_subscribed": True})
        preference.write({"is_subscribed": True, "consent_source": "Signed form"})
        self.assertFalse(preference.unsubscribed_at)
        self.assertIsNone(self.refusal(ANN))
        preference.write({"preferred_frequency": "low"})

    def test_objections_cannot_be_deleted(self):
        preference = self.opt_in()
        self.opt_out()
        with self.assertRaises(UserError):
            preference.unlink()
        self.opt_in()
        preference.unlink()
        self.assertEqual(self.refusal(ANN), "no_consent")

    def test_status_shows_the_blacklist(self):
        preference = self.opt_in()
        self.env["mail.blacklist"]._add(ANN)
        preference.invalidate_recordset()
        self.assertEqual(preference.with_user(self.users["user"]).status, "blacklisted")

    def test_constraints(self):
        self.opt_in()
        with self.assertRaises(UniqueViolation), mute_logger("odoo.sql_db"):
            self.preferences.create(
                {"email_address": ANN, "company_id": self.company_a.id}
            )
        self.preferences.create({"email_address": ANN, "company_id": self.company_b.id})
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"):
            self.env.cr.execute(
                """INSERT INTO email_subscription_preference
                       (company_id, channel, address_key, preferred_frequency)
                   VALUES (%s, 'email', 'not a key', 'normal')""",
                [self.company_a.id],
            )

    def test_the_address_secret_is_guarded(self):
        parameters = self.env["ir.config_parameter"]
        for key in ("marketing_base.address_secret", "marketing_base.link_secret"):
            value = parameters.get_param(key)
            self.assertRegex(parameters._get_marketing_secret(key), "^[0-9a-f]{64}$")
            parameter = parameters.search([("key", "=", key)])
            for change in (
                lambda key=key: parameters.set_param(key, "0"),
                lambda key=key: parameters.set_param(key, False),
                parameter.unlink,
                lambda p=parameter: p.write({"key": "other"}),
            ):
                with self.assertRaises(UserError):
                    change()
            parameters.init(force=True)
            self.assertEqual(parameters.get_param(key), value)

    def test_a_missing_secret_is_an_error_not_a_new_secret(self):
        self.env.cr.execute(
            """DELETE FROM ir_config_parameter
                WHERE key = 'marketing_base.address_secret'"""
        )
        self.env.registry.clear_cache()
        self.addCleanup(self.env.registry.clear_cache)
        with self.assertRaises(UserError):
            self.preferences._address_key("email", ANN)
        with self.assertRaises(UserError):
            self.env["ir.config_parameter"]._get_marketing_secret("database.secret")
